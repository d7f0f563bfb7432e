import { setTimeout as pause } from 'node:timers/promises';

import type { ClientLine, Ledger } from '../ledgers.ts';
import { ADMIN_KEY } from '../world/world.ts';
import type { Planned, Submission } from './plan.ts';

const ANSWER_MS = 5_000;
const PATIENCE_MS = 60_000;
const BETWEEN_MS = 100;
const MESSAGES = '/api/v1/whatsapp/messages';

/**
 * A caller of the REST API as we ask callers to be: with an Idempotency-Key it sends the same request again until it is
 * answered, without one it sends it once.
 */
export class ChaosClient {
  constructor(
    private readonly url: string,
    private readonly tenantId: string,
    private readonly ledger: Ledger<ClientLine>,
  ) {}

  async submit({ via, messages }: Submission): Promise<void> {
    const bodies = messages.map((message) => this.bodyOf(message));
    const route = via === 'bulk' ? `${MESSAGES}/bulk` : MESSAGES;
    const body = via === 'bulk' ? { tenant_id: this.tenantId, messages: bodies } : bodies[0];
    const [references, to] = [messages.map(({ reference }) => reference), messages.map((message) => message.to)];
    const key = references[0] as string;
    const keyed = via !== 'once';
    for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await pause(BETWEEN_MS)) {
      this.ledger.write({ at: Date.now(), kind: 'request', references, to, route, key, keyed });
      const status = await this.ask(route, JSON.stringify(body), key, keyed);
      if (!keyed || (status !== undefined && status < 500 && ![409, 429].includes(status))) return;
    }
  }

  private bodyOf({ reference, to, priority, template }: Planned): object {
    const message = { tenant_id: this.tenantId, to, priority };
    if (!template) return { ...message, type: 'text', text: { body: `Pedido ${reference}` } };
    const parameters = ['Proveedor ABC', reference, '€1,250.00'];
    return { ...message, type: 'template', template: { name: 'po_notification', language: 'es', parameters } };
  }

  /** Writes the answer down before anybody acts on it. */
  private async ask(route: string, body: string, key: string, keyed: boolean): Promise<number | undefined> {
    try {
      const answer = await fetch(this.url + route, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${ADMIN_KEY}`,
          'content-type': 'application/json',
          ...(keyed && { 'idempotency-key': key }),
        },
        body,
        signal: AbortSignal.timeout(ANSWER_MS),
      });
      const text = await answer.text();
      this.ledger.write({
        at: Date.now(),
        kind: 'answer',
        key,
        status: answer.status,
        ids: answer.ok ? idsIn(text) : [],
      });
      return answer.status;
    } catch (cause) {
      this.ledger.write({ at: Date.now(), kind: 'no-answer', key, reason: reasonOf(cause) });
      return undefined;
    }
  }
}

/** Of one message or of a bulk; null for an item that was refused. */
function idsIn(text: string): (string | null)[] {
  const { id, results } = JSON.parse(text) as { id?: string; results?: { index: number; id?: string }[] };
  if (!results) return [id ?? null];
  return results.sort((a, b) => a.index - b.index).map((result) => result.id ?? null);
}

function reasonOf(cause: unknown): string {
  const { cause: inner, message } = cause as Error & { cause?: Error & { code?: string } };
  return inner?.code ?? inner?.message ?? message;
}
