import { execFile, type ExecFileException } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import amqp from 'amqplib';
import type { DataSource } from 'typeorm';

import { queryRows } from '#common';
import { freePort } from '#embedded';
import { PoDeadLetter, PoDeadLetterRepository, replayDeadLetters } from '#po-events';
import { type Scope, type Sender, SenderDirectory } from '#tenants';
import { TemplateCatalogueService } from '#whatsapp';

import { type RunningSimulator, startSimulator } from '../../apps/simulator/src/simulator.ts';
import { ApiKeyRepository } from '../../libs/tenants/src/api-keys/api-key.repository.ts';
import { AppProcess } from '../support/app-process.ts';
import { aDataSource, createTestDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { anEvent, EVENT_ID } from '../support/po-events.ts';
import { aStorm, POISON, type StormEvent } from '../support/po-storm.ts';
import { aTestBroker, type TestBroker } from '../support/rabbitmq.ts';
import { aTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { ADMIN_KEY, startTestApp, TENANT, type TestApp } from '../support/test-app.ts';

const ROOT = join(import.meta.dirname, '../..');
const OTHER_TENANT = '01930000-0000-7000-8000-000000000002';
const SECONDS = 1_000;

const ofBroker = ({ url, exchange, queue }: TestBroker) => ({
  RABBITMQ_URL: url,
  PO_EVENTS_EXCHANGE: exchange,
  PO_EVENTS_QUEUE: queue,
});

/** An approval of its own: another event, another order. */
const aNewEvent = (data: Record<string, unknown> = {}) => ({
  ...anEvent({ tenant_id: TENANT, po_id: randomUUID(), ...data }),
  event_id: randomUUID(),
});

async function isConsuming(url: string): Promise<void> {
  await eventually(async () => expect((await fetch(`${url}/health/ready`)).status).toBe(200), {
    timeoutMs: 20 * SECONDS,
  });
}

function syncTemplates({ nest }: TestApp): Promise<void> {
  return nest.get(TemplateCatalogueService).sync(nest.get(SenderDirectory).all()[0] as Sender);
}

/** How many messages each person has, by status. */
async function messagesByPhone(db: DataSource): Promise<Record<string, string[]>> {
  const rows = await queryRows<{ phone: string; statuses: string[] }>(
    db,
    `SELECT recipient_phone AS phone, array_agg(status::text) AS statuses FROM whatsapp_messages GROUP BY 1 ORDER BY 1`,
  );
  return Object.fromEntries(rows.map(({ phone, statuses }) => [phone, statuses]));
}

const onceEach = (events: StormEvent[], value: string): Record<string, string[]> =>
  Object.fromEntries(events.flatMap(({ phone }) => (phone ? [[phone, [value]]] : [])).sort());

const sendsByPhone = (simulator: RunningSimulator): Record<string, string[]> => {
  const sends: Record<string, string[]> = {};
  for (const { to } of simulator.ledger()) (sends[to] ??= []).push('sent');
  return sends;
};

describe('purchase-order events from RabbitMQ', () => {
  let broker: TestBroker;
  let app: TestApp;
  let stopped: boolean;

  beforeEach(async () => {
    stopped = false;
    broker = await aTestBroker();
    app = await startTestApp({ env: ofBroker(broker) });
    await isConsuming(app.url);
  });

  afterEach(async () => {
    if (!stopped) await app.stop();
    await broker.close();
  });

  const outcomes = () =>
    queryRows<{ outcome: string; count: number }>(
      app.database,
      'SELECT outcome, count(*)::int AS count FROM po_events GROUP BY 1 ORDER BY 1',
    );
  const deadLetters = () => app.database.manager.find(PoDeadLetter, { order: { id: 'ASC' } });

  it('become one READ message each, whatever comes between them', async () => {
    const storm = aStorm(TENANT, { valid: 80, duplicates: 15, skipped: 5, poisonOfEachKind: 2 });
    const poison = storm.filter(({ outcome }) => outcome === 'rejected');
    const reasons = poison.map(({ reason }) => reason).sort();

    await publishPlainly(broker, storm);

    await eventually(async () => expect(await messagesByPhone(app.database)).toEqual(onceEach(storm, 'READ')), {
      timeoutMs: 20 * SECONDS,
    });
    await eventually(async () => expect(await deadLetters()).toHaveLength(poison.length));
    expect(await outcomes()).toEqual([
      { outcome: 'notified', count: 80 },
      { outcome: 'skipped', count: 5 },
    ]);
    expect(sendsByPhone(app.simulator)).toEqual(onceEach(storm, 'sent'));

    const recorded = await deadLetters();
    for (const { body, reason, detail } of poison) {
      const letter = recorded.find((one) => one.reason === reason && one.body.equals(body));
      expect(letter?.detail).toContain(detail);
    }
    await app.stop();
    stopped = true;
    // With nobody connected every event that was not acked is back in its queue.
    expect(await drain(broker, broker.queue)).toEqual([]);
    const dead = await drain(broker, `${broker.queue}.dead`);
    expect(dead.map(({ headers }) => headers['x-palomar-reason']).sort()).toEqual(reasons);
    for (const { body } of poison) expect(dead.some((letter) => letter.body.equals(body))).toBe(true);
  }, 60_000);

  it('say to the supplier who, what and how much', async () => {
    await broker.publish(aNewEvent({ supplier_phone: '+34612000013', total_amount: '1250' }));

    await eventually(() => expect(app.simulator.ledger()).toHaveLength(1));
    expect(app.simulator.ledger()[0]).toMatchObject({
      to: '+34612000013',
      text: expect.stringContaining(
        'Proveedor ABC, has recibido una nueva orden de compra PO-2024-001 por un total de €1,250.00',
      ),
    });
  });

  it("are understood in Nest's wrapping", async () => {
    await broker.publish({ pattern: 'po.approved', data: aNewEvent({ supplier_phone: '+34612000023' }) });

    await eventually(() => expect(app.simulator.ledger().map(({ to }) => to)).toEqual(['+34612000023']));
  });

  it('wait while the template is disabled, and go out once it is not', async () => {
    app.simulator.setTemplate('po_notification', 'es', { status: 'DISABLED' });
    await syncTemplates(app);
    await broker.publish(aNewEvent());
    await broker.publish(aNewEvent({ supplier_phone: '' }));
    await eventually(async () => expect(await outcomes()).toEqual([{ outcome: 'skipped', count: 1 }]));
    expect(await deadLetters()).toEqual([]);

    app.simulator.setTemplate('po_notification', 'es', { status: 'APPROVED' });
    await syncTemplates(app);

    await eventually(() => expect(app.simulator.ledger()).toHaveLength(1), { timeoutMs: 20 * SECONDS });
    expect(await deadLetters()).toEqual([]);
  });

  describe('dead letters', () => {
    const command = (args: string[], env: Record<string, string> = {}) =>
      runCommand(args, { DATABASE_URL: app.databaseUrl, ...ofBroker(broker), ...env });
    /** As if a fault of ours, mended since, had refused a good event. */
    const aDeadLetter = async (body: Buffer): Promise<string> => {
      const letters = new PoDeadLetterRepository(app.database);
      const receivedAt = new Date('2026-11-20T10:00:00.000Z');
      const why = { reason: 'handling-failed', detail: 'It failed\n10 times.' };
      await letters.record({ ...why, body, routingKey: 'po.approved', headers: {}, receivedAt });
      return (await letters.list(1))[0]?.id ?? '';
    };

    it('are replayed as they came, and sent once however often', async () => {
      const id = await aDeadLetter(Buffer.from(JSON.stringify(aNewEvent())));
      const letters = new PoDeadLetterRepository(app.database);

      for (let n = 0; n < 3; n++) await replayDeadLetters(letters, [id], { url: broker.url, queue: broker.queue });

      await eventually(() => expect(app.simulator.ledger()).toHaveLength(1));
      expect(await outcomes()).toEqual([{ outcome: 'notified', count: 1 }]);
      expect((await letters.findById(id))?.replayedAt).toBeInstanceOf(Date);
    });

    it('are dead letters again when they are as bad as before', async () => {
      await broker.publish(POISON['bad UUID']?.(TENANT).body as Buffer);
      await eventually(async () => expect(await deadLetters()).toHaveLength(1));
      const letters = new PoDeadLetterRepository(app.database);

      await replayDeadLetters(letters, await letters.findWaitingIds(), { url: broker.url, queue: broker.queue });

      await eventually(async () => expect(await deadLetters()).toHaveLength(2));
      const [first, second] = await deadLetters();
      expect(second).toMatchObject({ reason: first?.reason, body: first?.body, replayedAt: null });
    });

    it('stay waiting when there is no queue to replay them into', async () => {
      const id = await aDeadLetter(Buffer.from('{}'));
      const letters = new PoDeadLetterRepository(app.database);

      const replayed = replayDeadLetters(letters, [id], { url: broker.url, queue: `${broker.queue}.none` });

      await expect(replayed).rejects.toThrow(`There is no queue ${broker.queue}.none`);
      expect(await letters.findWaitingIds()).toEqual([id]);
    });

    it('are listed and replayed from the command line', async () => {
      const id = await aDeadLetter(Buffer.from(JSON.stringify(aNewEvent())));

      const before = await command(['list']);
      const replayed = await command(['replay', '--all']);
      const after = await command(['list']);
      const again = await command(['replay', '--all']);

      expect(before.stdout).toBe(`${id}  2026-11-20T10:00:00.000Z  handling-failed  It failed 10 times.  waiting\n`);
      expect(replayed).toEqual({ code: 0, stdout: '1 event is in the queue again.\n', stderr: '' });
      expect(after.stdout).toMatch(/ {2}replayed \d{4}-/);
      expect(again.stdout).toBe('0 events are in the queue again.\n');
      await eventually(() => expect(app.simulator.ledger()).toHaveLength(1));
    }, 60_000);

    it.each([
      ['no broker', ['replay', '--all'], { RABBITMQ_URL: '' }, /^RABBITMQ_URL is not set.*\n$/],
      [
        'a broker that is away',
        ['replay', '--all'],
        { RABBITMQ_URL: 'amqp://127.0.0.1:1' },
        /^Not every event.*127\.0\.0\.1:1 .*\n$/,
      ],
      ['an id that is none', ['replay', 'first'], {}, /^"first" is no id.*\n$/],
      ['an unknown id', ['replay', EVENT_ID], {}, /^No dead letter with id .*\n$/],
      ['no action', [], {}, /^Purchase-order events.*\nUsage:/],
      ['an unknown option', ['list', '--verbose'], {}, /--verbose[\s\S]*Usage:/],
    ])('the command says in a line what to do about %s', async (_, args, env, told) => {
      const { code, stderr, stdout } = await command(args, env);

      expect(stderr).toMatch(told);
      expect(stderr).not.toContain('    at ');
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    });
  });
});

describe('purchase-order events while notifications are off', () => {
  it('are acked and recorded as skipped', async () => {
    const broker = await aTestBroker();
    const app = await startTestApp({ env: { ...ofBroker(broker), ENABLE_WHATSAPP_NOTIFICATIONS: 'false' } });
    await isConsuming(app.url);

    for (let n = 0; n < 3; n++) await broker.publish(aNewEvent());

    const skipped = { outcome: 'skipped', reason: 'notifications-disabled' };
    await eventually(async () =>
      expect(await app.database.query('SELECT outcome, reason FROM po_events')).toEqual([skipped, skipped, skipped]),
    );
    expect(app.simulator.requests()).toEqual([]);
    await app.stop();
    expect(await drain(broker, broker.queue)).toEqual([]);
    await broker.close();
  });
});

describe('purchase-order events while the database is away', () => {
  let broker: TestBroker;
  let database: TestDatabase;
  let proxy: TcpProxy;
  let db: DataSource;
  let simulator: RunningSimulator;
  let app: AppProcess;

  beforeAll(async () => {
    [broker, database] = await Promise.all([aTestBroker(), createTestDatabase()]);
    proxy = await aTcpProxy(database.url);
    db = await aDataSource(database.url, [PoDeadLetter]);
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    simulator = await startSimulator({
      port: 0,
      statusDelaysMs: { sent: 5, delivered: 10, read: 10 },
      retry: { firstPauseMs: 100, longestPauseMs: 500, giveUpAfterMs: 120_000 },
      webhookUrl: `${url}/api/v1/whatsapp/webhook`,
    });
    app = AppProcess.start({
      PORT: String(port),
      HOST: '127.0.0.1',
      DATABASE_URL: proxy.url,
      WHATSAPP_GRAPH_URL: simulator.url,
      WHATSAPP_API_VERSION: 'v26.0',
      ADMIN_API_KEY: ADMIN_KEY,
      WHATSAPP_SEND_TIMEOUT_MS: '1500',
      DISPATCHER_LEASE_MS: '2000',
      DISPATCHER_SWEEP_MS: '200',
      LOG_LEVEL: 'warn',
      ...ofBroker(broker),
    });
    await app.listening(url);
    await isConsuming(url);
  }, 90_000);

  afterAll(async () => {
    await app.end('SIGTERM');
    await simulator.stop();
    await db.destroy();
    await proxy.close();
    await database.drop();
    await broker.close();
  });

  it('are neither lost nor doubled, and poison is still told from them', async () => {
    const storm = aStorm(TENANT, { valid: 90, duplicates: 10, skipped: 5, poisonOfEachKind: 1 });
    const [before, during] = [storm.slice(0, 60), storm.slice(60)];
    const notified = storm.filter(({ outcome }) => outcome === 'notified').map(({ phone }) => phone as string);

    await publishPlainly(broker, before);
    await eventually(async () => expect(await inboxSize()).toBeGreaterThan(10), { intervalMs: 5 });
    proxy.cut();
    await publishPlainly(broker, during);
    await eventually(() => expect(app.printed).toContain('PO event not settled; tried again'));
    expect(await inboxSize()).toBeLessThan(95);
    proxy.mend();

    await eventually(async () => expect(await inboxSize()).toBe(95), { timeoutMs: 60 * SECONDS });
    await eventually(async () => expect(await unsettled()).toEqual([]), { timeoutMs: 60 * SECONDS });
    const messages = await messagesByPhone(db);
    const sends = sendsByPhone(simulator);
    expect(Object.keys(messages)).toEqual([...notified].sort());
    expect(Object.values(messages).filter((statuses) => statuses.length > 1)).toEqual([]);
    expect(Object.entries(sends).filter(([, times]) => times.length > 1)).toEqual([]);
    await eventually(async () => {
      const letters = await queryRows<{ kinds: number }>(
        db,
        'SELECT count(DISTINCT md5(body))::int AS kinds FROM po_dead_letters',
      );
      expect(letters).toEqual([{ kinds: 10 }]);
    });
    await app.end('SIGTERM');
    expect(await drain(broker, broker.queue)).toEqual([]);
  }, 150_000);

  const inboxSize = async (): Promise<number> =>
    Number((await queryRows<{ count: string }>(db, 'SELECT count(*) FROM po_events'))[0]?.count);

  /** A send whose answer could not be recorded stays unconfirmed when the simulator never had it. */
  async function unsettled(): Promise<string[]> {
    const sent = sendsByPhone(simulator);
    const rows = await queryRows<{ phone: string; status: string; reason: string | null }>(
      db,
      'SELECT recipient_phone AS phone, status::text, pending_reason AS reason FROM whatsapp_messages',
    );
    return rows
      .filter(({ phone, status, reason }) => (phone in sent ? status !== 'READ' : reason !== 'unconfirmed'))
      .map(({ phone, status, reason }) => `${phone} ${status} ${reason}`);
  }
});

describe('POST /api/v1/po-events', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startTestApp();
    // The templates are fetched in the background.
    await eventually(async () => {
      const { body } = await app.api.get('/api/v1/whatsapp/templates').expect(200);
      expect(body.data.length).toBeGreaterThan(0);
    });
  });

  afterAll(() => app.stop());

  const post = (event: unknown) => app.api.post('/api/v1/po-events').send(event as object);
  const postAs = (key: string, event: object) =>
    app.anonymous.post('/api/v1/po-events').set('Authorization', key).send(event);
  const keyOf = async (tenantId: string, ...scopes: Scope[]): Promise<string> => {
    const keys = new ApiKeyRepository(app.database);
    return `Bearer ${(await keys.create({ name: 'test', tenantId, scopes, expiresAt: null })).key}`;
  };
  const tenantOf = async (eventId: string): Promise<string | undefined> => {
    const sql = 'SELECT tenant_id FROM whatsapp_messages WHERE notification_id = $1';
    return (await queryRows<{ tenant_id: string }>(app.database, sql, [eventId]))[0]?.tenant_id;
  };

  it('takes the event that RabbitMQ would bring, once', async () => {
    const event = aNewEvent();

    const first = await post(event).expect(202);
    const again = await post(event).expect(202);

    expect(first.body).toMatchObject({ event_id: event.event_id, outcome: 'notified', message_id: expect.any(String) });
    expect(again.body).toEqual({ event_id: event.event_id, outcome: 'duplicate' });
  });

  it.each([
    ['no-supplier-phone', { supplier_phone: ' ' }, {}],
    ['other-event-type', {}, { event_type: 'po.cancelled' }],
  ])('says why it skips: %s', async (reason, data, head) => {
    const event = { ...aNewEvent(data), ...head };

    const { body } = await post(event).expect(202);

    expect(body).toEqual({ event_id: event.event_id, outcome: 'skipped', reason });
  });

  it('names every bad field of an invalid event', async () => {
    const event = { ...aNewEvent({ total_amount: '1,250.00', po_number: '', currency: 'EURO' }), event_id: 'one' };

    const { body } = await post(event)
      .expect(422)
      .expect('Content-Type', /^application\/problem\+json/);

    expect(body).toMatchObject({ code: 'po-event-invalid', status: 422 });
    expect(body.errors.map(({ field }: { field: string }) => field).sort()).toEqual([
      'data.currency',
      'data.po_number',
      'data.total_amount',
      'event_id',
    ]);
  });

  it("names a bad phone by the event's own field", async () => {
    const { body } = await post(aNewEvent({ supplier_phone: '12-34' })).expect(422);

    expect(body).toMatchObject({
      code: 'recipient-phone-invalid',
      errors: [{ field: 'data.supplier_phone', message: expect.any(String) }],
    });
  });

  it.each([
    ['an array', []],
    ['a string', '"po.approved"'],
  ])('refuses %s', async (_, body) => {
    const answer = await app.api.post('/api/v1/po-events').set('Content-Type', 'application/json').send(body);

    expect([400, 422]).toContain(answer.status);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  });

  it("fills in the tenant of a tenant's own key", async () => {
    const key = await keyOf(OTHER_TENANT, 'messages:send');
    const event = aNewEvent({ tenant_id: undefined });

    await postAs(key, event).expect(202);

    expect(await tenantOf(event.event_id)).toBe(OTHER_TENANT);
  });

  it("refuses a tenant's key that speaks for another tenant", async () => {
    const key = await keyOf(OTHER_TENANT, 'messages:send');
    const event = aNewEvent({ tenant_id: TENANT });

    await postAs(key, event).expect(403);

    expect(await tenantOf(event.event_id)).toBeUndefined();
  });

  it('needs a key, and one that may send', async () => {
    const key = await keyOf(TENANT, 'messages:read');

    await app.anonymous.post('/api/v1/po-events').send(aNewEvent()).expect(401);
    await postAs(key, aNewEvent()).expect(403);
  });

  it('answers a repeated Idempotency-Key with the first answer', async () => {
    const [event, key] = [aNewEvent(), randomUUID()];
    const first = await post(event).set('Idempotency-Key', key).expect(202);

    const again = await post(event).set('Idempotency-Key', key).expect(202).expect('Idempotency-Replayed', 'true');
    const other = await post(aNewEvent()).set('Idempotency-Key', key).expect(422);

    expect(again.body).toEqual(first.body);
    expect(other.body).toMatchObject({ code: 'idempotency-key-reused' });
  });

  it('answers 503 while the template cannot be used, and takes the event later', async () => {
    const event = aNewEvent();
    app.simulator.setTemplate('po_notification', 'es', { status: 'DISABLED' });
    await syncTemplates(app);

    const { body } = await post(event).expect(503).expect('Retry-After', '60');
    app.simulator.setTemplate('po_notification', 'es', { status: 'APPROVED' });

    expect(body).toMatchObject({
      code: 'po-notification-template-unusable',
      detail: expect.stringContaining('DISABLED'),
    });
    // The webhook that says so outweighs a listing of the same moment.
    await eventually(async () => {
      expect((await post(event).expect(202)).body).toMatchObject({ outcome: 'notified' });
    });
  });
});

/** As any other service would, in any language: bytes, a routing key, confirms. */
async function publishPlainly({ url, exchange }: TestBroker, events: StormEvent[]): Promise<void> {
  const connection = await amqp.connect(url);
  const channel = await connection.createConfirmChannel();
  for (const { body } of events) channel.publish(exchange, 'po.approved', body, { persistent: true });
  await channel.waitForConfirms();
  await connection.close();
}

async function drain(broker: TestBroker, queue: string) {
  const taken = [];
  for (let one = await broker.take(queue); one; one = await broker.take(queue)) taken.push(one);
  return taken;
}

/** `npm run dead-letters -- …`, from source. */
function runCommand(args: string[], env: Record<string, string>) {
  const script = ['--import', join(ROOT, 'test/support/typescript.mjs'), 'apps/api/src/commands/dead-letters.ts'];
  const { PATH = '', HOME = '' } = process.env;
  return new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    execFile(
      process.execPath,
      [...script, ...args],
      { cwd: ROOT, env: { PATH, HOME, ...env } },
      (failure: ExecFileException | null, stdout, stderr) =>
        resolve({ code: failure ? failure.code : 0, stdout, stderr }),
    );
  });
}
