import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';

/** What a test makes of one page of the list of templates; undefined lets it through. */
export type PageFault = { status: number; body: object } | undefined;

/** Stands between Palomar and the simulator, counts the pages of the list of templates, and spoils those it is told to. */
export class GraphProxy {
  /** `first`, or the number of the page as far as the cursor was followed: 2, 3… */
  readonly pages: string[] = [];
  /** Asked before each page, with how many came before it in this listing. */
  fault: (index: number) => PageFault = () => undefined;
  private index = 0;

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(target: string): Promise<GraphProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const proxy = new GraphProxy(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('request', (request, response) => void proxy.pass(target, request, response));
    return proxy;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async pass(target: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', target);
    if (request.method === 'GET' && pathname.endsWith('/message_templates')) {
      this.index = searchParams.has('after') ? this.index + 1 : 0;
      this.pages.push(searchParams.has('after') ? String(this.index + 1) : 'first');
      const fault = this.fault(this.index);
      if (fault) return this.answer(response, fault.status, JSON.stringify(fault.body));
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const answer = await fetch(new URL(request.url ?? '/', target), {
      method: request.method ?? 'GET',
      headers: { authorization: request.headers.authorization ?? '', 'content-type': 'application/json' },
      ...(chunks.length > 0 && { body: Buffer.concat(chunks) }),
    });
    this.answer(response, answer.status, await answer.text());
  }

  private answer(response: ServerResponse, status: number, body: string): void {
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  }
}
