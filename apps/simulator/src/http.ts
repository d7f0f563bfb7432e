import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { JsonObject } from './checks.ts';
import { isObject } from './checks.ts';
import { GraphError } from './graph-error.ts';

const LARGEST_BODY = 101 * 1024 * 1024; // a document of 100 MB and its form fields

/** An answer: JSON or bytes, a connection that is cut (`reset`), or none at all (`hang`). */
export type Reply = { status: number; headers: Record<string, string>; body: string | Buffer } | 'reset' | 'hang';
export type Handler = (request: GraphRequest) => Reply | Promise<Reply>;

/** One request, its body read. */
export class GraphRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  /** Where the caller reached us, for the absolute URLs Graph puts into its answers. */
  readonly origin: string;
  #text: string | undefined;
  #object: JsonObject | null | undefined;

  constructor(
    message: IncomingMessage,
    readonly body: Buffer,
  ) {
    const [path = '/', query = ''] = (message.url ?? '/').split('?', 2);
    this.method = message.method ?? 'GET';
    this.path = path;
    this.query = new URLSearchParams(query);
    this.headers = message.headers;
    this.origin = `http://${message.headers.host ?? '127.0.0.1'}`;
  }

  /** The body as text: one string, however many places keep it. */
  get text(): string {
    return (this.#text ??= this.body.toString());
  }

  /** The body as a JSON object, or null when it is none. */
  get object(): JsonObject | null {
    return (this.#object ??= parseObject(this.text));
  }

  /** @throws GraphError 100 when the body is not a JSON object */
  json(): JsonObject {
    if (!this.object) throw new GraphError(100, 'The body is not a JSON object');
    return this.object;
  }
}

function parseObject(text: string): JsonObject | null {
  try {
    const parsed: unknown = JSON.parse(text);
    return isObject(parsed) ? parsed : null;
  } catch {
    return null; // not JSON at all: the caller refuses it like any other body that is no object
  }
}

export function json(body: unknown, status = 200): Exclude<Reply, string> {
  return { status, headers: { 'content-type': 'application/json; charset=UTF-8' }, body: JSON.stringify(body) };
}

/**
 * Plain node:http instead of Nest: the simulator has to answer thousands of sends per second beside the service it
 * tests, on the same two cores.
 */
export class HttpServer {
  readonly #server: Server;

  constructor(private readonly handler: Handler) {
    this.#server = createServer({ keepAliveTimeout: 60_000 }, (message, response) => this.#serve(message, response));
  }

  /** Resolves with the port. */
  listen(port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', () => {
        this.#server.off('error', reject);
        resolve((this.#server.address() as AddressInfo).port);
      });
    });
  }

  /** Also ends the requests that were left hanging. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  #serve(message: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    let size = 0;
    message.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= LARGEST_BODY) chunks.push(chunk);
    });
    message.on('error', () => undefined); // the caller went away: there is nobody left to answer
    message.on('end', () => {
      if (size > LARGEST_BODY) return write(json({ error: { message: 'Request too large' } }, 413), response);
      void this.#answer(new GraphRequest(message, Buffer.concat(chunks))).then((reply) => write(reply, response));
    });
  }

  async #answer(request: GraphRequest): Promise<Reply> {
    try {
      return await this.handler(request);
    } catch (error) {
      console.error(error);
      return json(new GraphError(1, 'The simulator has a defect; see its log', { httpStatus: 500 }).toBody(), 500);
    }
  }
}

function write(reply: Reply, response: ServerResponse): void {
  if (reply === 'hang') return;
  if (reply === 'reset') {
    response.socket?.resetAndDestroy();
    return;
  }
  response.writeHead(reply.status, { ...reply.headers, 'content-length': Buffer.byteLength(reply.body) });
  response.end(reply.body);
}
