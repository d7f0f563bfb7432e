import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { Json } from './examples.ts';

export interface ReceivedWebhook {
  headers: IncomingMessage['headers'];
  rawBody: Buffer;
  body: Json;
}

/** The application's side of the webhooks: keeps what it gets and answers as told. */
export class Receiver {
  readonly received: ReceivedWebhook[] = [];
  /** HTTP status of the next answers. */
  status = 200;
  /** Meta's verification requests are answered when they bring this word. */
  verifyToken = 'simulator-verify-token';
  #server: Server | undefined;
  #port = 0;

  get url(): string {
    return `http://127.0.0.1:${this.#port}/webhook`;
  }

  /** Every status received, in the order of arrival. */
  get statuses(): Json[] {
    return this.changes.flatMap((change) => change.value.statuses ?? []);
  }

  get changes(): Json[] {
    return this.received.flatMap(({ body }) => body.entry.flatMap((entry: Json) => entry.changes));
  }

  /** On the port it had before, once it had one. */
  async start(): Promise<this> {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        if (request.method === 'GET') return response.end(this.#challengeOf(request));
        const rawBody = Buffer.concat(chunks);
        this.received.push({ headers: request.headers, rawBody, body: JSON.parse(rawBody.toString()) });
        return response.writeHead(this.status).end();
      });
    });
    await new Promise<void>((resolve) => this.#server?.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  async stop(): Promise<void> {
    await new Promise((resolve) => {
      this.#server?.close(resolve);
      this.#server?.closeAllConnections();
    });
  }

  #challengeOf({ url }: IncomingMessage): string {
    const query = new URL(url ?? '/', this.url).searchParams;
    return query.get('hub.verify_token') === this.verifyToken ? (query.get('hub.challenge') ?? '') : 'no';
  }
}
