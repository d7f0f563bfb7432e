import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { freePort } from '#embedded';

import type { FaultRule } from '../../../apps/simulator/src/faults.ts';
import type { LedgerView } from '../../../apps/simulator/src/ledger.ts';
import type { RequestView } from '../../../apps/simulator/src/request-log.ts';
import { TYPESCRIPT } from './typescript.ts';

const MAIN = join(import.meta.dirname, '../../../apps/simulator/src/main.ts');

/** How webhooks are delivered; the words of `PUT /_simulator/webhooks`. */
export interface WebhookSettings {
  url?: string;
  duplicate?: number;
  shuffle?: boolean;
  batch?: number;
  drop?: number;
  delayMs?: number;
  before_answer?: boolean;
}

/** One delivery attempt, as `GET /_simulator/webhooks` shows it. */
export interface WebhookAttempt {
  at: string;
  attempt: number;
  status: number | null;
  body: string;
}

export interface Counts {
  accepted: number;
  requests: number;
  webhook_attempts: number;
  under_way: number;
}

const POLL_MS = 100;
const IDLE_MS = 500;
const GENTLE: WebhookSettings = { duplicate: 0, shuffle: false, batch: 1, drop: 0, delayMs: 0, before_answer: false };

/** The Cloud API simulator as a process of its own, driven over HTTP only. */
export class ChaosSimulator {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  static async start(webhookUrl: string): Promise<ChaosSimulator> {
    const port = await freePort();
    const { PATH = '' } = process.env;
    // With a channel: it ends with us, however we end.
    const child = spawn(process.execPath, [...TYPESCRIPT, MAIN], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: { PATH, SIMULATOR_PORT: String(port), SIMULATOR_WEBHOOK_URL: webhookUrl, SIMULATOR_DELAY_MS: '40' },
    });
    const ended = once(child, 'exit').then(() => Promise.reject(new Error('The simulator does not start.')));
    await Promise.race([once(child, 'message'), ended]);
    ended.catch(() => undefined); // it ends when we stop it
    return new ChaosSimulator(child, `http://127.0.0.1:${port}`);
  }

  counts(): Promise<Counts> {
    return this.call('GET', '');
  }

  /** Accepted sends since `mark`, oldest first. */
  async sends(mark: Counts): Promise<LedgerView[]> {
    const limit = (await this.counts()).accepted - mark.accepted;
    return (await this.call<{ data: LedgerView[] }>('GET', `/messages?limit=${limit}`)).data;
  }

  async requests(mark: Counts): Promise<RequestView[]> {
    const limit = (await this.counts()).requests - mark.requests;
    return (await this.call<{ data: RequestView[] }>('GET', `/requests?limit=${limit}`)).data;
  }

  async webhooks(mark: Counts): Promise<WebhookAttempt[]> {
    const limit = (await this.counts()).webhook_attempts - mark.webhook_attempts;
    return (await this.call<{ data: WebhookAttempt[] }>('GET', `/webhooks?limit=${limit}`)).data;
  }

  async addFault(rule: FaultRule): Promise<void> {
    await this.call('POST', '/faults', rule);
  }

  async clearFaults(): Promise<void> {
    await this.call('DELETE', '/faults');
  }

  async setWebhooks(settings: WebhookSettings): Promise<void> {
    await this.call('PUT', '/webhooks', settings);
  }

  /** Delivers and answers as a healthy Meta does. */
  async calm(): Promise<void> {
    await this.clearFaults();
    await this.setWebhooks(GENTLE);
  }

  /** As freshly started, with the address of the webhooks it was started with. */
  async reset(): Promise<void> {
    await this.call('POST', '/reset');
  }

  /** Waits until nothing was under way for a moment: no status to tell, no webhook to repeat. */
  async idle(withinMs: number): Promise<void> {
    let idleSince = Date.now();
    for (const deadline = Date.now() + withinMs; Date.now() < deadline; await pause(POLL_MS)) {
      if ((await this.counts()).under_way > 0) idleSince = Date.now();
      else if (Date.now() - idleSince > IDLE_MS) return;
    }
  }

  async sendStatus(wamid: string, status: string): Promise<void> {
    await this.call('POST', '/statuses', { wamid, status });
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGTERM');
    await once(this.child, 'exit');
  }

  private async call<T>(method: string, path: string, body?: object): Promise<T> {
    const answer = await fetch(`${this.url}/_simulator${path}`, { method, body: body && JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }
}
