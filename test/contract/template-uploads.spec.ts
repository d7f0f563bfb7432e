import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { type RunningSimulator, startSimulator } from '../../apps/simulator/src/simulator.ts';
import { templateClient } from './template-client.ts';

describe('uploads of header examples to the simulator', () => {
  let simulator: RunningSimulator;
  let client: ReturnType<typeof templateClient>;

  beforeAll(async () => {
    simulator = await startSimulator({ port: 0 });
    client = templateClient(simulator);
  });
  afterAll(() => simulator.stop());

  const start = async (query: string) => client.call('POST', `${await client.appId()}/uploads?${query}`);
  const session = async (length: number): Promise<string> =>
    (await start(`file_name=a.pdf&file_length=${length}&file_type=application/pdf`)).body.id;

  it('gives a session, and a handle for the whole file', async () => {
    const id = await session(4);

    const answer = await client.append(id, 0, Buffer.from('%PDF'));

    expect(id).toMatch(/^upload:[\w-]+\?sig=[\w-]+$/);
    expect(answer).toMatchObject({ status: 200, body: { h: expect.stringMatching(/^4::/) } });
  });

  it('goes on where it broke off', async () => {
    const id = await session(4);

    const first = await client.append(id, 0, Buffer.from('%P'));
    const progress = await client.get(id);
    const second = await client.append(id, progress.body.file_offset, Buffer.from('DF'));

    expect(first.body).not.toHaveProperty('h');
    expect(progress.body).toEqual({ id, file_offset: 2 });
    expect(second.body.h).toEqual(expect.any(String));
  });

  it.each([
    ['an offset that is not where it is', 1, '%P'],
    ['more bytes than were announced', 0, '%PDF-'],
  ])('refuses %s', async (_, offset, bytes) => {
    const id = await session(4);

    expect((await client.append(id, offset, Buffer.from(bytes))).body.error.code).toBe(100);
    expect((await client.get(id)).body.file_offset).toBe(0);
  });

  it('knows a session by its signature only, and by no other name', async () => {
    const id = await session(4);

    for (const other of [id.split('?')[0] ?? '', `${id}x`, 'upload:none?sig=none']) {
      expect((await client.append(other, 0, Buffer.from('%PDF'))).body.error).toMatchObject({
        code: 100,
        error_subcode: 33,
      });
    }
  });

  it.each([
    ['no length', 'file_name=a.pdf&file_type=application/pdf', 'file_length'],
    ['no bytes', 'file_length=0&file_type=application/pdf', 'file_length'],
    ['too large a file', `file_length=${101 * 1024 * 1024}&file_type=application/pdf`, 'file_length'],
    ['no type', 'file_length=4', 'file_type'],
    ['a type that no header shows', 'file_length=4&file_type=text/html', 'file_type'],
  ])('starts nothing for %s', async (_, query, parameter) => {
    const { body } = await start(query);

    expect(body.error).toMatchObject({ code: 100, message: expect.stringContaining(parameter) });
  });

  it('starts nothing for another app', async () => {
    const { body } = await client.call('POST', '17/uploads?file_length=4&file_type=image/png');

    expect(body.error).toMatchObject({ code: 100, error_subcode: 33 });
  });
});
