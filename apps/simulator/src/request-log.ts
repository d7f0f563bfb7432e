import { BoundedLog } from './bounded-log.ts';
import type { FaultKind } from './faults.ts';
import type { GraphRequest, Reply } from './http.ts';

/** One POST to …/messages, also when it was refused or cut. Filled in when the answer is known. */
export interface LoggedRequest {
  /** Milliseconds since 1970. */
  at: number;
  path: string;
  to: string | undefined;
  rawBody: string;
  /** HTTP status, `reset`, `hang`, or null while there is no answer. */
  status: number | 'reset' | 'hang' | null;
  /** Meta's code of a refusal. */
  code: number | null;
  fault: FaultKind | null;
}

/** A logged request as the control API shows it; `body` is a string when it was not a JSON object. */
export interface RequestView extends Omit<LoggedRequest, 'at' | 'rawBody'> {
  at: string;
  body: unknown;
}

const REQUESTS_REMEMBERED = 50_000;

export class RequestLog {
  readonly #log = new BoundedLog<LoggedRequest>(REQUESTS_REMEMBERED);

  get count(): number {
    return this.#log.count;
  }

  open(request: GraphRequest): LoggedRequest {
    const to = request.object?.to;
    const logged: LoggedRequest = {
      at: Date.now(),
      path: request.path,
      to: typeof to === 'string' ? to : undefined,
      rawBody: request.text,
      status: null,
      code: null,
      fault: null,
    };
    this.#log.add(logged);
    return logged;
  }

  newest(limit: number): RequestView[] {
    return this.#log.newest(limit).map(({ at, rawBody, ...rest }) => ({
      at: new Date(at).toISOString(),
      ...rest,
      body: parseOr(rawBody),
    }));
  }

  clear(): void {
    this.#log.clear();
  }
}

export function statusOf(reply: Reply): number | 'reset' | 'hang' {
  return typeof reply === 'string' ? reply : reply.status;
}

function parseOr(rawBody: string): unknown {
  try {
    return JSON.parse(rawBody);
  } catch {
    return rawBody; // shown as it came
  }
}
