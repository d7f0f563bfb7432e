import type { Readable } from 'node:stream';

import { type Dispatcher, Pool } from 'undici';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Readable;
  /** Instead of the transport's own. */
  readonly timeoutMs?: number;
  /** On the clock of `performance.now()`: from then on the first byte must not leave any more. Never, when absent. */
  readonly startBefore?: number | undefined;
  /** A longer answer is cut off and counts as none. */
  readonly maxAnswerBytes: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

/** One HTTP exchange with one host. Rejects with `HttpTransportError` when there was no whole answer. */
export abstract class HttpTransport {
  abstract request(request: HttpRequest): Promise<HttpAnswer>;
  /** Lets running requests end, takes no new ones. */
  abstract close(): Promise<void>;
}

/** Carries a reason and nothing of the request, whose header holds the token. */
export class HttpTransportError extends Error {
  constructor(
    /** A word for the log: `ECONNREFUSED`, `TIMEOUT`, … */
    readonly reason: string,
    /** False only when it is certain that not one byte of the request was written. */
    readonly mayHaveBeenSent: boolean,
  ) {
    super(`${reason}: ${mayHaveBeenSent ? 'no whole answer' : 'nothing was sent'}`);
    this.name = new.target.name;
  }
}

export interface UndiciTransportOptions {
  /** Scheme, host and port. */
  origin: string;
  /** For the whole exchange: waiting for a connection, connecting, sending, and the last byte of the answer. */
  timeoutMs: number;
  /** Most connections at once; no limit when absent. Beyond it requests wait, on their own time. */
  connections?: number | undefined;
}

export class UndiciTransport extends HttpTransport {
  private readonly pool: Pool;
  private readonly timeoutMs: number;
  private closing: Promise<void> | undefined;

  constructor({ origin, timeoutMs, connections }: UndiciTransportOptions) {
    super();
    this.timeoutMs = timeoutMs;
    this.pool = new Pool(origin, {
      connections: connections ?? null,
      connect: { timeout: timeoutMs },
      // The deadline of the exchange covers both.
      headersTimeout: 0,
      bodyTimeout: 0,
      // Some middlebox may have forgotten a long-idle connection, and what is sent into it ends as "unknown".
      keepAliveMaxTimeout: 30_000,
    });
  }

  request({
    method,
    path,
    headers,
    body,
    timeoutMs,
    maxAnswerBytes,
    startBefore = Infinity,
  }: HttpRequest): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      const exchange = new Exchange(
        { timeoutMs: timeoutMs ?? this.timeoutMs, maxAnswerBytes, startBefore },
        resolve,
        reject,
      );
      this.pool.dispatch({ method, path, headers: headers as Record<string, string>, body: body ?? null }, exchange);
    });
  }

  close(): Promise<void> {
    return (this.closing ??= this.pool.close()); // undici refuses to be closed twice
  }
}

/**
 * One request through undici. Its `dispatch` says what `request` does not: `onRequestStart` comes immediately before the
 * first byte is written, after DNS, TCP and TLS. The code of an error cannot tell these apart (ECONNRESET happens in all).
 */
class Exchange implements Dispatcher.DispatchHandler {
  private controller: Dispatcher.DispatchController | undefined;
  private settled = false;
  private status = 0;
  private readonly chunks: Buffer[] = [];
  private bytes = 0;
  private readonly deadline: NodeJS.Timeout;

  constructor(
    private readonly limits: { timeoutMs: number; maxAnswerBytes: number; startBefore: number },
    private readonly resolve: (answer: HttpAnswer) => void,
    private readonly reject: (error: HttpTransportError) => void,
  ) {
    this.deadline = setTimeout(() => this.fail('TIMEOUT'), limits.timeoutMs);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // A process that was stopped in between wakes up with its timers late: only the clock knows how long it was.
    if (performance.now() >= this.limits.startBefore) this.fail('TOO_LATE');
    // Too late, or a second time: it must not be written. undici does not repeat a POST today; here it never can.
    if (this.settled || this.controller) return controller.abort(new Error('not to be sent'));
    this.controller = controller;
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number): void {
    this.status = status;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.bytes += chunk.length;
    if (this.bytes > this.limits.maxAnswerBytes) this.fail('ANSWER_TOO_LARGE');
    else this.chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (this.settle()) this.resolve({ status: this.status, text: Buffer.concat(this.chunks).toString('utf8') });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: NodeJS.ErrnoException): void {
    this.fail(error.code ?? error.name);
  }

  private fail(reason: string): void {
    if (!this.settle()) return;
    this.reject(new HttpTransportError(reason, this.controller !== undefined));
    this.controller?.abort(new Error(reason));
  }

  private settle(): boolean {
    const first = !this.settled;
    this.settled = true;
    clearTimeout(this.deadline);
    return first;
  }
}
