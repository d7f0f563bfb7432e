import { createHmac, timingSafeEqual } from 'node:crypto';

import type pg from 'pg';

import { Batches } from './batches.ts';
import { arrayOf } from './columns.ts';
import { type Progress, progressOf, statusesIn, type StatusUpdate } from './statuses.ts';

/** Meta waits for the first; the second is nobody's waiting, and statuses of one message that come together are one change. */
const STORE_LINGER_MS = 3;
const APPLY_LINGER_MS = 25;

interface Delivery {
  id: number;
  body: Buffer;
  onCommitted: () => void;
}

/** Stores deliveries, answers, and applies them afterwards in the order in which they were stored. */
export class Webhooks {
  readonly #stores = new Batches<Delivery>((batch) => this.#store(batch), STORE_LINGER_MS);
  readonly #applies = new Batches<Delivery>((batch) => this.#apply(batch), APPLY_LINGER_MS);
  #lastId = 0;

  constructor(
    private readonly stores: pg.Client,
    private readonly applies: pg.Client,
    private readonly appSecret: string,
  ) {}

  get isIdle(): boolean {
    return this.#stores.isEmpty && this.#applies.isEmpty;
  }

  isSigned(body: Buffer, signature: string | undefined): boolean {
    const expected = `sha256=${createHmac('sha256', this.appSecret).update(body).digest('hex')}`;
    return signature?.length === expected.length && timingSafeEqual(Buffer.from(signature), Buffer.from(expected));
  }

  /** `onCommitted` may answer 200. */
  take(body: Buffer, onCommitted: () => void): void {
    this.#stores.add({ id: ++this.#lastId, body, onCommitted });
  }

  /** Applies what an earlier process stored and did not get to. */
  async recover(): Promise<void> {
    const { rows } = await this.stores.query<{ last: string }>(
      'SELECT greatest((SELECT max(id) FROM webhook_deliveries), 0) AS last',
    );
    this.#lastId = Number(rows[0]?.last);
    const left = await this.stores.query<{ id: string; body: Buffer }>(
      'SELECT id, body FROM webhook_deliveries, webhook_progress WHERE id > applied_up_to ORDER BY id',
    );
    for (const { id, body } of left.rows) this.#applies.add({ id: Number(id), body, onCommitted: () => undefined });
  }

  /** The bodies travel as one binary value that the database cuts up: an array of them would be written in hex. */
  async #store(batch: Delivery[]): Promise<void> {
    let end = 1;
    const starts = batch.map(({ body }) => (end += body.length) - body.length);
    await this.stores.query({
      name: 'store',
      text: `INSERT INTO webhook_deliveries (id, body)
             SELECT id, substring($1::bytea FROM start FOR length)
             FROM unnest($2::bigint[], $3::int[], $4::int[]) AS d (id, start, length)`,
      values: [
        Buffer.concat(batch.map(({ body }) => body)),
        arrayOf(batch, 'id'),
        `{${starts.join()}}`,
        `{${batch.map(({ body }) => body.length).join()}}`,
      ],
    });
    for (const delivery of batch) {
      delivery.onCommitted();
      this.#applies.add(delivery);
    }
  }

  async #apply(batch: Delivery[]): Promise<void> {
    const updates = batch.flatMap(({ body }) => statusesIn(body));
    const messages = progressOf(updates);
    await this.applies.query({
      name: 'apply',
      text: APPLY,
      values: [
        batch.at(-1)?.id,
        ...UPDATE_COLUMNS.map((name) => arrayOf(updates, name)),
        ...PROGRESS_COLUMNS.map((name) => arrayOf(messages, name)),
      ],
    });
  }
}

const UPDATE_COLUMNS = ['messageId', 'status', 'at'] as const satisfies (keyof StatusUpdate)[];
const PROGRESS_COLUMNS = [
  'messageId',
  'status',
  'sentAt',
  'deliveredAt',
  'readAt',
] as const satisfies (keyof Progress)[];

/** The timeline, how far deliveries are applied, and the messages, which only ever move forward. */
const APPLY = `
  WITH progress AS (
    UPDATE webhook_progress SET applied_up_to = $1),
  lines AS (
    INSERT INTO message_events (message_id, type, occurred_at)
    SELECT id, type, to_timestamp(at) FROM unnest($2::uuid[], $3::message_status[], $4::int[]) AS u (id, type, at)
    ON CONFLICT DO NOTHING)
  UPDATE whatsapp_messages m
  SET status = greatest(m.status, p.status),
      sent_at = coalesce(m.sent_at, to_timestamp(p.sent_at)),
      delivered_at = coalesce(m.delivered_at, to_timestamp(p.delivered_at)),
      read_at = coalesce(m.read_at, to_timestamp(p.read_at))
  FROM unnest($5::uuid[], $6::message_status[], $7::int[], $8::int[], $9::int[])
    AS p (id, status, sent_at, delivered_at, read_at)
  WHERE m.id = p.id`;
