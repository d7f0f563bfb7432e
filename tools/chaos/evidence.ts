import type { AdminLine, ClientLine, PublisherLine } from './ledgers.ts';

/** Everything that is known after a cycle, from all sides. Messages are joined by the reference in their text. */
export interface Evidence {
  client: readonly ClientLine[];
  publisher: readonly PublisherLine[];
  admin: readonly AdminLine[];
  /** What Meta took, in the order it took it. */
  sends: readonly Send[];
  /** Every send request that reached Meta, also refused and cut ones. */
  requests: readonly WireRequest[];
  /** Statuses whose delivery the application answered with 200. */
  statuses: readonly TakenStatus[];
  rows: readonly Row[];
  allowed: Allowances;
}

export interface Send {
  reference: string | null;
  wamid: string;
  opaque: string | null;
  to: string;
  acceptedAt: number;
}

export interface WireRequest {
  reference: string | null;
  opaque: string | null;
  /** Meta's code, when it was refused. */
  code: number | null;
  fault: string | null;
}

export interface TakenStatus {
  wamid: string;
  status: 'sent' | 'delivered' | 'read' | 'failed';
  /** Meta's time, in seconds. */
  timestamp: string;
}

/** A row of `whatsapp_messages` with its timeline. Times are milliseconds since 1970. */
export interface Row {
  id: string;
  reference: string | null;
  to: string;
  status: string;
  pendingReason: string | null;
  priority: number;
  attempts: number;
  errorCode: string | null;
  wamid: string | null;
  createdAt: number;
  sentAt: number | null;
  deliveredAt: number | null;
  readAt: number | null;
  failedAt: number | null;
  events: TimelineLine[];
}

export interface TimelineLine {
  type: string;
  source: string;
  occurredAt: number;
}

/** What a scenario makes legitimate. */
export interface Allowances {
  /** Meta's codes for which a message may fail: those of a faulty request or a recipient, not of a passing fault. */
  finalCodes: readonly number[];
  /** A second send by the policy may double, because the scenario hides the statuses that would have prevented it. */
  resendMayDouble: boolean;
  /** False where nothing happens to a send that could leave its outcome unknown. */
  unconfirmed: boolean;
  /** Messages per second of the number, all processes together; null: no limit is watched. */
  pace: number | null;
  /** Refusals after which everything should have been held; null: nothing is. */
  mostRefusals: number | null;
}

export const NOTHING_SPECIAL: Allowances = {
  finalCodes: [],
  resendMayDouble: false,
  unconfirmed: true,
  pace: null,
  mostRefusals: null,
};

const REFERENCE = /chaos-\d+-\d+/;

/** The reference that a text, a body or a row carries. */
export function referenceIn(text: string): string | null {
  return REFERENCE.exec(text)?.[0] ?? null;
}
