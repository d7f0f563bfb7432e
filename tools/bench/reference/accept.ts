import type pg from 'pg';

import { Batches } from './batches.ts';
import { arrayOf } from './columns.ts';
import { newId } from './ids.ts';

/** Somebody waits for the answer. */
const LINGER_MS = 2;

export interface SendRequest {
  tenantId: string;
  to: string;
  /** Meta's message object, as JSON. */
  content: string;
}

interface Accepting extends SendRequest {
  id: string;
  onCommitted: (id: string) => void;
}

/** Commits messages; those that arrive together share a commit. */
export class Acceptance {
  readonly #batches = new Batches<Accepting>((batch) => this.#commit(batch), LINGER_MS);

  constructor(
    private readonly client: pg.Client,
    private readonly onStored: (count: number) => void,
  ) {}

  get isIdle(): boolean {
    return this.#batches.isEmpty;
  }

  accept(request: SendRequest, onCommitted: (id: string) => void): void {
    this.#batches.add({ ...request, id: newId(), onCommitted });
  }

  async #commit(batch: Accepting[]): Promise<void> {
    await this.client.query({
      name: 'accept',
      text: `INSERT INTO whatsapp_messages (id, tenant_id, recipient_phone, content)
             SELECT * FROM ROWS FROM (unnest($1::uuid[], $2::uuid[], $3::text[]), json_array_elements($4::json))`,
      values: [
        arrayOf(batch, 'id'),
        arrayOf(batch, 'tenantId'),
        arrayOf(batch, 'to'),
        `[${batch.map(({ content }) => content).join()}]`,
      ],
    });
    for (const { id, onCommitted } of batch) onCommitted(id);
    this.onStored(batch.length);
  }
}

/** The body of a send, read no further than the message needs. @returns undefined when it is none */
export function readSendRequest(body: string): SendRequest | undefined {
  const { tenant_id: tenantId, to, type, template } = JSON.parse(body) as Partial<Record<string, unknown>>;
  if (typeof tenantId !== 'string' || !UUID.test(tenantId)) return undefined;
  if (typeof to !== 'string' || !/^\+[1-9]\d{6,14}$/.test(to) || type !== 'template') return undefined;
  const { name, language, parameters } = (template ?? {}) as Partial<Record<string, unknown>>;
  if (typeof name !== 'string' || typeof language !== 'string' || !isListOfTexts(parameters)) return undefined;
  const values = parameters.map((text) => ({ type: 'text', text }));
  const components = [{ type: 'body', parameters: values }];
  return {
    tenantId,
    to,
    content: JSON.stringify({ type, template: { name, language: { code: language }, components } }),
  };
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function isListOfTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}
