import { setTimeout as pause } from 'node:timers/promises';

import type pg from 'pg';
import { type Dispatcher, Pool } from 'undici';

import { Batches } from './batches.ts';
import { arrayOf } from './columns.ts';
import type { Settings } from './settings.ts';

/** A claim waits for more to be due; nobody at all waits for a result to be recorded. */
const CLAIM_LINGER_MS = 3;
const RESULTS_LINGER_MS = 10;

interface Claimed {
  id: string;
  attempts: number;
  recipient_phone: string;
  /** JSON */
  content: string;
}

/** A refusal is final here; no answer at all leaves the message to its status webhook. */
interface Result {
  id: string;
  wamid: string | null;
  error: string | null;
}

/** Claims what is due, sends it, at most `concurrency` at once, and records what became of it. */
export class Dispatch {
  readonly #graph: Pool;
  readonly #path: string;
  readonly #headers: Record<string, string>;
  readonly #results = new Batches<Result>((batch) => this.#record(batch), RESULTS_LINGER_MS);
  #due = 0;
  #onTheWire = 0;
  #claiming = false;
  #stopped = false;

  constructor(
    private readonly claims: pg.Client,
    private readonly records: pg.Client,
    private readonly settings: Settings,
  ) {
    this.#graph = new Pool(settings.graphUrl, { connections: settings.concurrency, headersTimeout: 0, bodyTimeout: 0 });
    this.#path = `/v26.0/${settings.phoneNumberId}/messages`;
    this.#headers = { authorization: `Bearer ${settings.accessToken}`, 'content-type': 'application/json' };
  }

  get isIdle(): boolean {
    return !this.#claiming && this.#onTheWire === 0 && this.#results.isEmpty;
  }

  /** So many more are due. */
  wake(count: number): void {
    this.#due += count;
    if (!this.#claiming) void this.#claimAll();
  }

  stop(): void {
    this.#stopped = true;
  }

  close(): Promise<void> {
    return this.#graph.close();
  }

  async #claimAll(): Promise<void> {
    this.#claiming = true;
    while (this.#due > 0 && this.#onTheWire < this.settings.concurrency && !this.#stopped) {
      await pause(CLAIM_LINGER_MS);
      const claimed = await this.#claim(this.settings.concurrency - this.#onTheWire);
      this.#due = claimed.length > 0 ? this.#due - claimed.length : 0;
      this.#onTheWire += claimed.length;
      for (const message of claimed) this.#send(message);
    }
    this.#claiming = false;
  }

  /** The claim is the fence as well: it is committed before the first byte leaves. */
  async #claim(limit: number): Promise<Claimed[]> {
    const { rows } = await this.claims.query<Claimed>({
      name: 'claim',
      text: `UPDATE whatsapp_messages m SET attempts = 1, attempted_at = now()
             FROM (SELECT id FROM whatsapp_messages WHERE attempts = 0 ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED) AS due
             WHERE m.id = due.id
             RETURNING m.id, m.attempts, m.recipient_phone, m.content::text`,
      values: [limit],
    });
    return rows;
  }

  #send({ id, attempts, recipient_phone: to, content }: Claimed): void {
    const body =
      `{"messaging_product":"whatsapp","recipient_type":"individual","to":"${to}",${content.slice(1, -1)},` +
      `"biz_opaque_callback_data":"${id}/${attempts}"}`;
    this.#graph.dispatch(
      { method: 'POST', path: this.#path, headers: this.#headers, body },
      new Exchange((status, text) => this.#settle(id, status, text)),
    );
  }

  #settle(id: string, status: number, text: string): void {
    this.#onTheWire -= 1;
    const { messages, error } = parse(text);
    if (messages?.[0]) this.#results.add({ id, wamid: messages[0].id, error: null });
    else if (error) this.#results.add({ id, wamid: null, error: String(error.code) });
    else console.error(`No answer for ${id}: ${status} ${text}`);
    if (this.#due > 0 && !this.#claiming) void this.#claimAll();
  }

  async #record(batch: Result[]): Promise<void> {
    await this.records.query({
      name: 'record',
      text: `UPDATE whatsapp_messages m
             SET status = greatest(m.status, CASE WHEN r.error IS NULL THEN 'SENT' ELSE 'FAILED' END::message_status),
                 whatsapp_message_id = r.wamid, error = r.error, sent_at = coalesce(m.sent_at, now())
             FROM unnest($1::uuid[], $2::text[], $3::text[]) AS r (id, wamid, error)
             WHERE m.id = r.id`,
      values: [arrayOf(batch, 'id'), arrayOf(batch, 'wamid'), arrayOf(batch, 'error')],
    });
  }
}

interface GraphAnswer {
  messages?: { id: string }[];
  error?: { code: number };
}

function parse(text: string): GraphAnswer {
  try {
    return JSON.parse(text) as GraphAnswer;
  } catch {
    return {};
  }
}

/** One request: `settle` is told the status and the body, or 0 and the reason why there are none. */
class Exchange implements Dispatcher.DispatchHandler {
  #status = 0;
  #text = '';

  constructor(private readonly settle: (status: number, text: string) => void) {}

  onRequestStart(): void {
    // undici asks for it
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number): void {
    this.#status = status;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#text += chunk.toString('latin1'); // ids and codes are ASCII
  }

  onResponseEnd(): void {
    this.settle(this.#status, this.#text);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.settle(0, error.message);
  }
}
