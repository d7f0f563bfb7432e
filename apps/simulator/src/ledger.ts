import type { Recipient } from './recipient.ts';
import type { RenderedTemplate } from './templates/sending/fill-template.ts';

/** One accepted send. The body stays the text it came as: a parsed one would take several times the memory. */
export interface LedgerEntry {
  wamid: string;
  phoneNumberId: string;
  recipient: Recipient;
  type: string;
  /** Of its template, in lower case; `service` for free-form messages. */
  category: string;
  opaque: string | undefined;
  rawBody: string;
  /** What the customer reads: the body of a template filled in, the text, the caption. */
  text: string;
  /** Every part of a template as the customer gets it; undefined for other messages. */
  rendered?: RenderedTemplate;
  /** Milliseconds since 1970. */
  acceptedAt: number;
  statuses: { status: string; at: number }[];
}

/** A ledger entry as the control API shows it. */
export interface LedgerView {
  wamid: string;
  phone_number_id: string;
  to: string;
  wa_id: string | undefined;
  type: string;
  opaque: string | undefined;
  text: string;
  rendered?: RenderedTemplate;
  body: unknown;
  acceptedAt: string;
  statuses: { status: string; at: string }[];
}

export interface LedgerQuery {
  wamid?: string;
  to?: string;
  opaque?: string;
  /** The newest so many, oldest of them first; all when left out. */
  limit?: number;
}

/** Every send that was accepted, in order. Nothing is ever changed in it but the statuses added. */
export class Ledger {
  readonly #entries = new Map<string, LedgerEntry>();
  #accepted = 0;

  constructor(private readonly capacity: number) {}

  /** How many were ever accepted, also those already forgotten. */
  get accepted(): number {
    return this.#accepted;
  }

  add(entry: LedgerEntry): void {
    this.#accepted += 1;
    this.#entries.set(entry.wamid, entry);
    if (this.#entries.size > this.capacity) {
      const [oldest] = this.#entries.keys();
      this.#entries.delete(oldest as string);
    }
  }

  find({ wamid, opaque }: { wamid?: string; opaque?: string }): LedgerEntry | undefined {
    if (wamid !== undefined) return this.#entries.get(wamid);
    return [...this.#entries.values()].find((entry) => opaque !== undefined && entry.opaque === opaque);
  }

  view({ wamid, to, opaque, limit = this.capacity }: LedgerQuery = {}): LedgerView[] {
    const isWanted = (entry: LedgerEntry): boolean =>
      (wamid === undefined || entry.wamid === wamid) &&
      (to === undefined || entry.recipient.input === to || entry.recipient.waId === to) &&
      (opaque === undefined || entry.opaque === opaque);
    const wanted = [...this.#entries.values()].filter(isWanted);
    return wanted.slice(Math.max(0, wanted.length - limit)).map(toView);
  }

  clear(): void {
    this.#entries.clear();
    this.#accepted = 0;
  }
}

function toView(entry: LedgerEntry): LedgerView {
  const { wamid, phoneNumberId, recipient, type, opaque, text, rendered, rawBody, acceptedAt, statuses } = entry;
  return {
    wamid,
    phone_number_id: phoneNumberId,
    to: recipient.input,
    wa_id: recipient.waId,
    type,
    opaque,
    text,
    ...(rendered && { rendered }),
    body: JSON.parse(rawBody),
    acceptedAt: new Date(acceptedAt).toISOString(),
    statuses: statuses.map(({ status, at }) => ({ status, at: new Date(at).toISOString() })),
  };
}
