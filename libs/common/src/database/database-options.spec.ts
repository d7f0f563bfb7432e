import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';

import { databaseOptions } from './database-options.ts';
import { isPassingDatabaseFault } from './passing-fault.ts';

/** PostgreSQL's wire format: a letter, the length, the content. */
function message(letter: string, content: Buffer | string): Buffer {
  const head = Buffer.alloc(5);
  head.write(letter);
  head.writeInt32BE(content.length + 4, 1);
  return Buffer.concat([head, Buffer.from(content)]);
}

const LOGGED_IN = message('R', Buffer.alloc(4));
const READY = message('Z', 'I');
const SHUTTING_DOWN = message('E', 'SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0');

describe(databaseOptions.name, () => {
  let server: Server;

  beforeEach(async () => {
    // All in one packet: no code of ours runs between the end of the log-in and the end of the connection.
    server = createServer((socket) => {
      socket.once('data', () => socket.end(Buffer.concat([LOGGED_IN, READY, SHUTTING_DOWN])));
      socket.on('error', () => undefined);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  afterEach(() => void server.close());

  it('outlives a connection that is cut in the instant it is handed out', async () => {
    const { port } = server.address() as AddressInfo;
    const url = `postgresql://palomar@127.0.0.1:${port}/palomar`;
    const dataSource = new DataSource(databaseOptions({ url, poolSize: 1 }));

    const failure = await dataSource.initialize().catch((error: unknown) => error);

    expect(isPassingDatabaseFault(failure)).toBe(true);
  });
});
