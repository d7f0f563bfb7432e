import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';

import { newId, queryRows } from '#common';
import { WebhookArchiveRepository } from '#messages';

import { aDelivery, anInboundChange, aStatusChange, type Delivery } from '../factories/deliveries.ts';
import { aMessage, aWamid, inMs, reload } from '../factories/messages.ts';
import { eventually } from '../support/eventually.ts';
import { startTestApp, type TestApp } from '../support/test-app.ts';

const ROUTE = '/api/v1/whatsapp/webhook-deliveries';

interface Page {
  data: { id: string }[];
  paging: { next_cursor: string | null };
}

describe(ROUTE, () => {
  let app: TestApp;
  let db: DataSource;

  beforeAll(async () => {
    app = await startTestApp();
    db = app.database;
  });

  afterAll(() => app.stop());

  const applied = () =>
    eventually(async () => expect(await queryRows(db, 'SELECT id FROM webhook_queue')).toEqual([]), {
      timeoutMs: 20_000,
    });
  /** Posts, waits until it is applied, and answers the id it is stored under. */
  async function deliver({ body, headers }: Delivery): Promise<string> {
    const url = `${app.url}/api/v1/whatsapp/webhook`;
    expect((await fetch(url, { method: 'POST', headers, body: new Uint8Array(body) })).status).toBe(200);
    await applied();
    const [row] = await queryRows<{ id: string }>(db, 'SELECT id FROM webhook_deliveries WHERE body = $1', [body]);
    return row!.id;
  }
  const list = async (query: Record<string, string>) => {
    const { body } = await app.api.get(ROUTE).query(query).expect(200);
    return (body.data as { id: string; state: string }[]).map(({ id }) => id);
  };
  const pageAfter = async (cursor: string): Promise<Page> =>
    (
      await app.api
        .get(ROUTE)
        .query({ limit: 2, ...(cursor && { cursor }) })
        .expect(200)
    ).body;
  const WITHOUT_FIELD = { value: { a: 1 } };
  const aStatusOfNobody = () => aStatusChange({ wamid: aWamid() });

  it('lists what came in, newest first, by state, reason and time', async () => {
    const good = await deliver(aDelivery([anInboundChange()]));
    const between = new Date();
    const bad = await deliver(aDelivery([anInboundChange(), aStatusOfNobody()]));

    expect((await list({})).slice(0, 2)).toEqual([bad, good]);
    expect(await list({ state: 'set-aside', reason: 'unknown-message' })).toContain(bad);
    expect(await list({ state: 'set-aside' })).not.toContain(good);
    expect(await list({ state: 'applied' })).toContain(good);
    expect(await list({ state: 'applied' })).not.toContain(bad);
    expect(await list({ reason: 'foreign-number' })).not.toContain(bad);
    expect(await list({ from: between.toISOString() })).toEqual([bad]);
    expect(await list({ to: between.toISOString() })).not.toContain(bad);
  });

  it('pages through them without losing or repeating one', async () => {
    for (let each = 0; each < 3; each++) await deliver(aDelivery([anInboundChange()]));
    const all = await list({});

    const paged = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page = await pageAfter(cursor);
      paged.push(...page.data.map(({ id }) => id));
      cursor = page.paging.next_cursor;
    }

    expect(paged).toEqual(all);
  });

  it('shows one with its very bytes and each item that was set aside', async () => {
    const delivery = aDelivery([anInboundChange({ text: 'ñ 😀 \u0000 \ud800' }), aStatusOfNobody()]);
    const id = await deliver(delivery);

    const { body } = await app.api.get(`${ROUTE}/${id}`).expect(200);

    expect(body).toMatchObject({
      id,
      state: 'set-aside',
      bytes: delivery.body.length,
      app_id: null,
      set_aside_count: 1,
    });
    expect(body.body).toBe(delivery.body.toString());
    expect(body.set_aside).toMatchObject([{ index: 1, reason: 'unknown-message' }]);
  });

  it('shows what waits and what fails, with the fault', async () => {
    const id = await deliver(aDelivery([anInboundChange()]));
    await db.query(
      `INSERT INTO webhook_queue (id, delivery_ids, attempts, next_attempt_at, last_error)
       VALUES ($1, ARRAY[$1::uuid], 2, now() + interval '1 hour', 'The disk is full')`,
      [id],
    );

    const { body } = await app.api.get(`${ROUTE}/${id}`).expect(200);

    expect(body).toMatchObject({ state: 'failing', failed_attempts: 2, last_error: 'The disk is full' });
    expect([await list({ state: 'failing' }), await list({ state: 'waiting' })]).toEqual([[id], []]);
    await db.query('TRUNCATE webhook_queue');
  });

  it('applies one again: what it said changes nothing, what was set aside is judged anew', async () => {
    const wamid = aWamid();
    const id = await deliver(
      aDelivery([anInboundChange({ wamid: aWamid() }), aStatusChange({ wamid, status: 'read' })]),
    );
    const before = await queryRows<{ count: number }>(db, 'SELECT count(*)::int FROM whatsapp_messages');
    const message = await aMessage(db, { status: 'SENT', whatsappMessageId: wamid, createdAt: inMs(-60_000) });
    // As one would be that was set aside for good, by an older version.
    await db.query(`UPDATE webhook_set_aside_items SET reason = 'not-applicable' WHERE delivery_id = $1`, [id]);

    await app.api.post(`${ROUTE}/${id}/replay`).expect(202);
    await applied();

    expect((await reload(db, message)).status).toBe('READ');
    const { body } = await app.api.get(`${ROUTE}/${id}`).expect(200);
    expect(body).toMatchObject({ state: 'applied', set_aside: [] });
    const after = await queryRows<{ count: number }>(db, 'SELECT count(*)::int FROM whatsapp_messages');
    expect(after[0]!.count).toBe(before[0]!.count + 1);
  });

  it('applies all of a time again, also more than fit in one statement, or only those with something set aside', async () => {
    const from = new Date();
    const bad = await deliver(aDelivery([aStatusOfNobody()]));
    await deliver(aDelivery([anInboundChange()]));
    const archive = new WebhookArchiveRepository(db);
    await db.query(
      `INSERT INTO webhook_deliveries (id, body)
       SELECT (left($1::text, 24) || lpad(to_hex(i), 12, '0'))::uuid, '{}' FROM generate_series(1, 1101) i`,
      [newId()],
    );

    const some = await archive.replayAll({ from, state: 'set-aside' });
    await applied();
    const all = await archive.replayAll({ from });

    expect([some, all]).toEqual([1, 1_103]);
    await applied();
    expect(await list({ state: 'set-aside', reason: 'unknown-message', from: from.toISOString() })).toEqual([bad]);
  });

  it('removes what is old and applied, in batches, and keeps what still waits', async () => {
    const old = new Date('2026-01-02T03:04:05Z');
    const archive = new WebhookArchiveRepository(db);
    const oldId = (n: number) => `019b7c11-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;
    await db.query(
      `INSERT INTO webhook_deliveries (id, body) SELECT ('019b7c11-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, '{}'
       FROM generate_series(1, 1500) i`,
    );
    await db.query(
      `INSERT INTO webhook_queue (id, delivery_ids, next_attempt_at) VALUES ($1, ARRAY[$1::uuid], now() + interval '1 hour')`,
      [oldId(7)],
    );
    const recent = await deliverLater();

    const batches = [await archive.removeBefore(old), await archive.removeBefore(old)];

    expect(batches).toEqual([
      { removed: 1_000, more: true },
      { removed: 499, more: false },
    ]);
    const left = await queryRows<{ id: string }>(
      db,
      `SELECT id FROM webhook_deliveries WHERE id < '019b7c12-0000-7000-8000-000000000000'`,
    );
    expect(left).toEqual([{ id: oldId(7) }]);
    expect(await archive.find(recent)).toBeDefined();
    await db.query('DELETE FROM webhook_queue');

    async function deliverLater(): Promise<string> {
      const id = newId();
      await db.query(`INSERT INTO webhook_deliveries (id, body) VALUES ($1, '{}')`, [id]);
      return id;
    }
  });

  it.each(['0192f0c1-2b3c-7d4e-8f50-6172839405a6', 'no-id'])('does not find %s', async (id) => {
    await app.api.get(`${ROUTE}/${id}`).expect(404);
    await app.api.post(`${ROUTE}/${id}/replay`).expect(404);
  });

  it('names what it cannot filter by', async () => {
    const { body } = await app.api.get(ROUTE).query({ state: 'lost', reason: 'bored', from: 'soon' }).expect(422);

    expect(body.errors.map(({ field }: { field: string }) => field)).toEqual(['state', 'reason', 'from']);
  });

  it('sets a change without a field aside, and lists it', async () => {
    const id = await deliver(aDelivery([WITHOUT_FIELD]));

    expect(await list({ reason: 'unknown-kind' })).toContain(id);
  });
});
