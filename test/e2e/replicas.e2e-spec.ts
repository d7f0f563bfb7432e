import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';

import { newId, queryRows } from '#common';
import { freePort } from '#embedded';

import { type RunningSimulator, startSimulator } from '../../apps/simulator/src/simulator.ts';
import { aPhone } from '../factories/messages.ts';
import { AppProcess } from '../support/app-process.ts';
import { aDataSource, createTestDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { ADMIN_KEY, TENANT } from '../support/test-app.ts';

const MESSAGES = '/api/v1/whatsapp/messages';
const PER_SECOND = 100;

interface Answer {
  status: number;
  body: { id: string; code: string };
  replayed: boolean;
}

describe('replicas on one database', () => {
  let database: TestDatabase;
  let db: DataSource;
  let simulator: RunningSimulator;
  let running: AppProcess[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
    db = await aDataSource(database.url);
    simulator = await startSimulator({ port: 0, statusDelaysMs: { sent: 5, delivered: 5, read: 5 } });
  });

  afterEach(async () => {
    await Promise.all(running.map((replica) => replica.end('SIGTERM')));
    running = [];
    simulator.reset();
  });

  afterAll(async () => {
    await simulator.stop();
    await db.destroy();
    await database.drop();
  });

  /** Processes of one installation, one for each environment; answers their URLs. Statuses go to the first. */
  async function start(...environments: Record<string, string>[]): Promise<string[]> {
    const ports = await Promise.all(environments.map(() => freePort()));
    const urls = ports.map((port) => `http://127.0.0.1:${port}`);
    running = environments.map((env, index) =>
      AppProcess.start({
        PORT: String(ports[index]),
        HOST: '127.0.0.1',
        DATABASE_URL: database.url,
        WHATSAPP_GRAPH_URL: simulator.url,
        ADMIN_API_KEY: ADMIN_KEY,
        LOG_LEVEL: 'warn',
        ...env,
      }),
    );
    await Promise.all(running.map((replica, index) => replica.listening(urls[index]!)));
    simulator.setWebhook({ url: `${urls[0]}/api/v1/whatsapp/webhook` });
    return urls;
  }

  async function post(url: string, body: object, headers: Record<string, string> = {}): Promise<Answer> {
    const answer = await fetch(`${url}${MESSAGES}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ tenant_id: TENANT, text: 'Hola', ...body }),
    });
    const replayed = answer.headers.get('idempotency-replayed') === 'true';
    return { status: answer.status, body: (await answer.json()) as Answer['body'], replayed };
  }

  /** Those of the recipients whose message is not READ, and why. */
  const unread = (recipients: string[]) =>
    queryRows(
      db,
      `SELECT recipient_phone, status, pending_reason, attempts, error_code FROM whatsapp_messages
       WHERE recipient_phone = ANY ($1) AND status <> 'READ'`,
      [recipients],
    );

  it('make a hundred requests with one Idempotency-Key one message and one send, whoever they meet', async () => {
    const urls = await start({}, {});

    for (let round = 0; round < 20; round++) {
      const [to, key] = [aPhone(), newId()];
      const headers = { 'idempotency-key': key };

      const answers = await Promise.all(
        Array.from({ length: 100 }, (_, index) => post(urls[index % 2]!, { to }, headers)),
      );
      const again = await post(urls[round % 2]!, { to }, headers);
      const other = await post(urls[round % 2]!, { to, text: 'Adiós' }, headers);

      // Those that came while the first one ran may come again.
      const early = answers.filter(({ status }) => status === 409);
      expect(early.every(({ body }) => body.code === 'idempotency-key-in-use')).toBe(true);
      const accepted = answers.filter(({ status }) => status === 202);
      expect(accepted.length + early.length).toBe(100);
      expect(new Set([...accepted, again].map(({ body }) => body.id)).size).toBe(1);
      expect(again).toMatchObject({ status: 202, replayed: true });
      expect(other).toMatchObject({ status: 422, body: { code: 'idempotency-key-reused' } });
      await eventually(() => expect(simulator.ledger({ to })).toHaveLength(1));
    }
    const rows = await queryRows(db, 'SELECT recipient_phone FROM whatsapp_messages GROUP BY 1 HAVING count(*) > 1');
    expect(rows).toEqual([]);
  }, 120_000);

  it('stay under the limit of a number together', async () => {
    const env = { WHATSAPP_MESSAGES_PER_SECOND: String(PER_SECOND) };
    const urls = await start(env, env, env);
    simulator.setLimits({ messagesPerSecond: PER_SECOND });
    // None ends as a number that the simulator treats specially.
    const messages = Array.from({ length: 600 }, (_, index) => ({ to: `+3468${100_000 + index}3` }));
    const answers = await Promise.all(messages.map((message, index) => post(urls[index % 3]!, message)));

    expect(answers.every(({ status }) => status === 202)).toBe(true);
    const recipients = messages.map(({ to }) => to);
    await eventually(async () => expect(await unread(recipients)).toEqual([]), { timeoutMs: 60_000 });
    // Each for itself, they would be refused two times out of three; a busy machine makes the way there uneven.
    const refused = simulator.requests(10_000).filter(({ status }) => status !== 200);
    expect(refused.length).toBeLessThan(messages.length / 5);
  }, 120_000);

  it('share the work by role: one takes, one sends', async () => {
    const [front, back] = await start({ PALOMAR_ROLES: 'api,webhooks' }, { PALOMAR_ROLES: 'dispatcher' });

    const to = '+34612345678';
    expect(await post(front!, { to })).toMatchObject({ status: 202 });
    const misled = await post(back!, { to });

    await eventually(async () => expect(await unread([to])).toEqual([]));
    expect(misled).toMatchObject({ status: 404, body: { code: 'route-not-found' } });
    const health = await fetch(`${front}/health/ready`);
    expect(await health.json()).toMatchObject({
      info: { dispatcher: { message: expect.stringContaining('PALOMAR_ROLES') } },
    });
  }, 60_000);
});
