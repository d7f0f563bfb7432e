/**
 * The yardstick: accepts, sends and follows messages with nothing but what durability asks for. Plain node:http, undici
 * and pg; a 202 and a webhook's 200 only after their commit, no byte to Meta before the attempt is committed.
 */
import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

import pg from 'pg';

import { Acceptance, readSendRequest } from './accept.ts';
import { Dispatch } from './dispatch.ts';
import { createTables } from './schema.ts';
import { readSettings } from './settings.ts';
import { Webhooks } from './webhooks.ts';

/**
 * Every statement goes by a key. Left alone, the planner would choose while the tables are empty, when reading all of
 * them looks cheap, and keep to it when they are not.
 */
const PLANNING =
  '-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off';

const settings = readSettings(process.env);
const authorization = Buffer.from(`Bearer ${settings.apiKey}`);

const clients = await Promise.all(Array.from({ length: 5 }, () => connect()));
const [accepts, claims, records, stores, applies] = clients as [pg.Client, pg.Client, pg.Client, pg.Client, pg.Client];
await createTables(accepts);
const dispatch = new Dispatch(claims, records, settings);
const acceptance = new Acceptance(accepts, (count) => dispatch.wake(count));
const webhooks = new Webhooks(stores, applies, settings.appSecret);
await webhooks.recover();
dispatch.wake(settings.concurrency); // what an earlier process accepted

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => route(request, chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks), response));
});
server.listen(settings.port, '127.0.0.1');
process.once('SIGTERM', () => void stop());

function route({ method, url, headers }: IncomingMessage, body: Buffer, response: ServerResponse): void {
  if (method === 'POST' && url === '/api/v1/whatsapp/webhook') {
    if (!webhooks.isSigned(body, headers['x-hub-signature-256'] as string | undefined)) return answer(response, 401);
    return webhooks.take(body, () => answer(response, 200));
  }
  if (method === 'POST' && url === '/api/v1/whatsapp/messages') {
    if (!isAuthorized(headers.authorization)) return answer(response, 401);
    const request = readSendRequest(body.toString());
    if (!request) return answer(response, 422);
    return acceptance.accept(request, (id) => answer(response, 202, `{"id":"${id}","status":"PENDING"}`));
  }
  answer(response, url === '/health/live' ? 200 : 404);
}

function isAuthorized(given: string | undefined): boolean {
  return given?.length === authorization.length && timingSafeEqual(Buffer.from(given), authorization);
}

function answer(response: ServerResponse, status: number, json = ''): void {
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': json.length }); // all of it ASCII
  response.end(json);
}

async function connect(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: settings.databaseUrl, options: PLANNING });
  await client.connect();
  return client;
}

/** Takes nothing more, finishes what it took. */
async function stop(): Promise<void> {
  dispatch.stop();
  server.close();
  while (!acceptance.isIdle || !dispatch.isIdle || !webhooks.isIdle) await pause(10);
  await dispatch.close();
  await Promise.all(clients.map((client) => client.end()));
  process.exit(0);
}
