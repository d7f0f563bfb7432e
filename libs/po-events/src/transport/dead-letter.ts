/** An event that can never succeed as it is, byte for byte, and why. */
export interface DeadLetter {
  body: Buffer;
  /** A slug: `not-json`, `body-empty`, `po-event-invalid`… */
  reason: string;
  /** A sentence for a person. */
  detail: string;
  routingKey: string;
  headers: Record<string, unknown>;
  receivedAt: Date;
}

/** Thrown for an event that can never succeed: it goes to the dead-letter queue. Any other error is taken for a passing one. */
export class PermanentEventError extends Error {
  constructor(
    readonly reason: string,
    readonly detail: string,
  ) {
    super(`${reason}: ${detail}`);
    this.name = PermanentEventError.name;
  }
}
