import type { GraphError } from './cloud-api.types.ts';
import { adviceFor, type ErrorAdvice } from './error-advice.ts';

/** What is known about a call that gave no good answer: Meta said no, Meta never saw it, or nobody can tell. */
export type CallOutcome = 'refused' | 'not-sent' | 'unknown';

/**
 * A call that gave no good answer. Errors are logged and stored, so they hold only what was put in on purpose: never the
 * request, its headers or the library's own error as `cause`.
 */
export abstract class CloudApiError extends Error {
  abstract readonly outcome: CallOutcome;

  constructor(message: string) {
    super(message);
    this.name = new.target.name;
  }

  /** Plain data for `provider_response` and the log. */
  abstract toJSON(): Record<string, unknown>;
}

/** Meta answered with its error envelope: certainly not done. `advice` says what that means. */
export class CloudApiRefusal extends CloudApiError {
  readonly outcome = 'refused';
  readonly code: number;
  readonly subcode: number | undefined;
  /** Meta's short text, which may change at any time; decide on `code`. */
  readonly title: string;
  /** Meta's explanation of this very case. */
  readonly details: string | undefined;
  /** Meta's support asks for it. */
  readonly fbtraceId: string | undefined;
  readonly isTransient: boolean;
  readonly advice: ErrorAdvice;

  /** `error` must be free of secrets: Meta repeats a malformed token in its text. */
  constructor(
    private readonly error: GraphError,
    readonly httpStatus: number,
  ) {
    const advice = adviceFor({
      code: error.code,
      subcode: error.error_subcode,
      httpStatus,
      isTransient: error.is_transient,
    });
    const title = text(error.message)?.replace(/^\(#\d+\)\s*/, '') || advice.title; // without Meta's `(#131056)` in front
    super(`Meta refused the call with code ${error.code}: ${title}`);
    this.code = error.code;
    this.subcode = error.error_subcode;
    this.title = title;
    this.details = text(error.error_data?.details) ?? text(error.error_user_msg);
    this.fbtraceId = text(error.fbtrace_id);
    this.isTransient = error.is_transient === true;
    this.advice = advice;
  }

  /** Meta's words as sentences. */
  get said(): string {
    const said = this.details && this.details !== this.title ? `${this.title}: ${this.details}` : this.title;
    return /[.!?]$/.test(said) ? said : `${said}.`;
  }

  /** Meta's error object as it came, with the HTTP status. */
  toJSON(): Record<string, unknown> {
    return { outcome: this.outcome, http_status: this.httpStatus, error: this.error };
  }
}

/** The request certainly never left this machine: no connection, no name, no TLS, or no time before the first byte. */
export class CloudApiNotSentError extends CloudApiError {
  readonly outcome = 'not-sent';

  constructor(readonly reason: string) {
    super(`Nothing was sent to the Cloud API (${reason})`);
  }

  toJSON(): Record<string, unknown> {
    return { outcome: this.outcome, reason: this.reason };
  }
}

/** Meta may or may not have acted: no answer, half an answer, or one that says nothing. A repetition may send twice. */
export class CloudApiUnknownOutcomeError extends CloudApiError {
  readonly outcome = 'unknown';

  constructor(
    readonly reason: string,
    readonly httpStatus?: number,
  ) {
    super(`The Cloud API gave no usable answer (${reason})`);
  }

  toJSON(): Record<string, unknown> {
    return { outcome: this.outcome, reason: this.reason, http_status: this.httpStatus };
  }
}

/** The envelope came over the wire: its types are a hope. */
function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
