import { freePort } from '#embedded';

import { Program } from './program.ts';

const STATUS_DELAY_MS = 5;
/** As many attempts as the simulator remembers. */
const ATTEMPTS = 20_000;
/** As many messages as it remembers. */
const LEDGER = 200_000;

export interface WebhookAttempt {
  at: string;
  status: number | null;
  /** How long it took from being ready to be sent until it was answered; null when it was not. */
  ms: number | null;
}

/** The Cloud API simulator in a process of its own. */
export class Simulator {
  private constructor(
    readonly url: string,
    private readonly program: Program,
  ) {}

  static async start(): Promise<Simulator> {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const env = { SIMULATOR_PORT: String(port), SIMULATOR_DELAY_MS: String(STATUS_DELAY_MS) };
    const args = ['dist/apps/simulator/src/main.js'];
    return new Simulator(url, await Program.start({ name: 'simulator', args, env, readyUrl: `${url}/_simulator` }));
  }

  get pid(): number {
    return this.program.pid;
  }

  async sendWebhooksTo(url: string, batch: number): Promise<void> {
    await this.#call('/webhooks', { method: 'PUT', body: JSON.stringify({ url, batch }) });
  }

  /** Messages it took. */
  async accepted(): Promise<number> {
    return (await this.#call<{ accepted: number }>('')).accepted;
  }

  /** The newest deliveries, those that began at `since` or later. */
  async webhookAttempts(since: Date): Promise<WebhookAttempt[]> {
    const { data } = await this.#call<{ data: WebhookAttempt[] }>(`/webhooks?limit=${ATTEMPTS}`);
    return data.filter(({ at }) => at >= since.toISOString());
  }

  /** To whom the messages it took went, a person once for each. */
  async recipients(): Promise<string[]> {
    const { data } = await this.#call<{ data: { to: string }[] }>(`/messages?limit=${LEDGER}`);
    return data.map(({ to }) => to);
  }

  stop(): Promise<void> {
    return this.program.stop();
  }

  async #call<T>(path: string, init: RequestInit = {}): Promise<T> {
    const answer = await fetch(`${this.url}/_simulator${path}`, init);
    if (!answer.ok) throw new Error(`The simulator answered ${answer.status} to ${path}: ${await answer.text()}`);
    return (await answer.json()) as T;
  }
}
