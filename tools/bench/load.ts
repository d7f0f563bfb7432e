import { Pool } from 'undici';

import { openLoop } from './open-loop.ts';

const PATH = '/api/v1/whatsapp/messages';

export interface LoadTarget {
  url: string;
  apiKey: string;
  tenantId: string;
}

/** Sends one message a request, each to somebody else, and remembers how long each took to be accepted. */
export class LoadDriver {
  readonly #pool: Pool;
  readonly #headers: Record<string, string>;
  #recipients = 0;

  constructor(
    private readonly target: LoadTarget,
    connections: number,
    /** Told of each accepted message's id. */
    private readonly onAccepted: (id: string) => void,
  ) {
    this.#pool = new Pool(target.url, { connections });
    this.#headers = { authorization: `Bearer ${target.apiKey}`, 'content-type': 'application/json' };
  }

  /** Everybody written to so far. */
  get recipients(): string[] {
    return Array.from({ length: this.#recipients }, (_, index) => phoneOf(index));
  }

  /** Closed loop: `clients` callers, each of whom sends its next message when the last was accepted. */
  async send(count: number, clients: number): Promise<number[]> {
    const latencies: number[] = [];
    const caller = async (): Promise<void> => {
      while (latencies.length < count && started < count) {
        started += 1;
        const startedAt = performance.now();
        await this.#sendOne();
        latencies.push(performance.now() - startedAt);
      }
    };
    let started = 0;
    await Promise.all(Array.from({ length: Math.min(clients, count) }, caller));
    return latencies;
  }

  /** Open loop: a message every 1/rate seconds; each is timed from when it was due. */
  sendAtRate(rate: number, seconds: number): Promise<number[]> {
    return openLoop(rate * seconds, rate, () => this.#sendOne());
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  async #sendOne(): Promise<void> {
    const number = this.#recipients++;
    const body = JSON.stringify({
      tenant_id: this.target.tenantId,
      to: phoneOf(number),
      type: 'template',
      template: {
        name: 'po_notification',
        language: 'es',
        parameters: ['Proveedor ABC', `PO-2024-${number}`, '€1,250.00'],
      },
    });
    const answer = await this.#pool.request({ method: 'POST', path: PATH, headers: this.#headers, body });
    const text = await answer.body.text();
    if (answer.statusCode !== 202) throw new Error(`A message was answered ${answer.statusCode}: ${text}`);
    this.onAccepted((JSON.parse(text) as { id: string }).id);
  }
}

/** Spanish mobiles; the last digit keeps them away from the endings that the simulator treats as special. */
function phoneOf(index: number): string {
  return `+346${String(index).padStart(7, '0')}3`;
}
