import { Agent, request } from 'undici';

import type { Account } from './account.ts';
import { BoundedLog } from './bounded-log.ts';
import type { SimulatorOptions } from './defaults.ts';
import type { Pauses } from './pauses.ts';
import { type Change, envelope, serialiseLikeMeta, signatureOf } from './webhook-body.ts';

/** How webhooks are delivered; Meta promises no more than "at least once, in any order". */
export interface WebhookBehaviour {
  url: string | undefined;
  /** Extra copies of every delivery. */
  duplicate: number;
  /** Statuses of one message in any order. */
  shuffle: boolean;
  /** Updates per POST, at most; fewer when they do not come close together. */
  batch: number;
  /** Share of updates lost for good, 0 to 1. */
  drop: number;
  /** Before every delivery. */
  delayMs: number;
  /** The first status goes out before the send is answered. */
  beforeAnswer: boolean;
}

/** One POST to the webhook URL, and what came back. */
export interface WebhookAttempt {
  /** Milliseconds since 1970. */
  at: number;
  url: string;
  attempt: number;
  /** HTTP status, or null when there was no answer. */
  status: number | null;
  /** From the first byte sent to the last one of the answer; null when there was none. */
  ms: number | null;
  error?: string;
  body: Buffer;
}

const ATTEMPTS_REMEMBERED = 20_000;
const BATCH_WINDOW_MS = 50;
const ANSWER_TIMEOUT_MS = 10_000;

/** Delivers signed webhooks and repeats each until it is answered with 200. */
export class WebhookSender {
  readonly attempts = new BoundedLog<WebhookAttempt>(ATTEMPTS_REMEMBERED);
  behaviour: WebhookBehaviour;
  #batch: { change: Change; settle: (taken: boolean) => void }[] = [];
  readonly #agent = new Agent({ connections: 64, headersTimeout: ANSWER_TIMEOUT_MS, bodyTimeout: ANSWER_TIMEOUT_MS });

  constructor(
    private readonly options: SimulatorOptions,
    private readonly account: Account,
    private readonly pauses: Pauses,
  ) {
    this.behaviour = this.#initialBehaviour();
  }

  /** Resolves true once the receiver took it, false when it was lost, given up or called off. */
  async deliver(change: Change): Promise<boolean> {
    const { drop, delayMs, batch } = this.behaviour;
    if (!this.#url() || Math.random() < drop) return false;
    if (delayMs > 0 && !(await this.pauses.wait(delayMs))) return false;
    return batch > 1 ? this.#collect(change, batch) : this.#deliverAll([change]);
  }

  reset(): void {
    this.behaviour = this.#initialBehaviour();
    this.attempts.clear();
    this.#batch.splice(0).forEach(({ settle }) => settle(false));
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }

  #initialBehaviour(): WebhookBehaviour {
    const { webhookUrl: url } = this.options;
    return { url, duplicate: 0, shuffle: false, batch: 1, drop: 0, delayMs: 0, beforeAnswer: false };
  }

  #url(): string | undefined {
    return this.account.subscribed ? (this.account.overrideCallbackUri ?? this.behaviour.url) : undefined;
  }

  #collect(change: Change, size: number): Promise<boolean> {
    return new Promise((settle) => {
      this.#batch.push({ change, settle });
      if (this.#batch.length >= size) this.#flush();
      else if (this.#batch.length === 1) void this.pauses.wait(BATCH_WINDOW_MS).then(() => this.#flush());
    });
  }

  #flush(): void {
    const batch = this.#batch.splice(0);
    if (batch.length === 0) return;
    void this.#deliverAll(batch.map(({ change }) => change)).then((taken) =>
      batch.forEach(({ settle }) => settle(taken)),
    );
  }

  async #deliverAll(changes: Change[]): Promise<boolean> {
    const body = serialiseLikeMeta(envelope(this.account.id, changes));
    const taken = await this.#repeatUntilTaken(body);
    for (let copy = 0; taken && copy < this.behaviour.duplicate; copy += 1) await this.#post(body, copy + 2);
    return taken;
  }

  async #repeatUntilTaken(body: Buffer): Promise<boolean> {
    const { firstPauseMs, longestPauseMs, giveUpAfterMs } = this.options.retry;
    const giveUpAt = Date.now() + giveUpAfterMs;
    const { era } = this.pauses;
    let pause = firstPauseMs;
    for (let attempt = 1; Date.now() < giveUpAt; attempt += 1) {
      if (await this.#post(body, attempt)) return true;
      if (!(await this.pauses.wait(pause, era))) return false;
      pause = Math.min(pause * 2, longestPauseMs);
    }
    return false;
  }

  /** The URL is read at every attempt: an application that moved gets what it missed. */
  async #post(body: Buffer, attempt: number): Promise<boolean> {
    const url = this.#url();
    if (!url) return false;
    const record: WebhookAttempt = { at: Date.now(), url, attempt, status: null, ms: null, body };
    this.attempts.add(record);
    const began = performance.now();
    try {
      const response = await request(url, {
        dispatcher: this.#agent,
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'user-agent': 'facebookexternalua',
          'x-hub-signature-256': signatureOf(body, this.options.appSecret),
        },
        body,
      });
      record.status = response.statusCode;
      await response.body.dump();
      record.ms = Math.round((performance.now() - began) * 100) / 100;
    } catch (error) {
      record.error = (error as NodeJS.ErrnoException).code ?? String(error);
    }
    return record.status === 200;
  }
}
