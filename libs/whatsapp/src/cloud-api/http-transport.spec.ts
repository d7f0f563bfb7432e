import dns from 'node:dns';
import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { type Dispatcher, Pool } from 'undici';

import {
  type HttpRequest,
  HttpTransportError,
  UndiciTransport,
  type UndiciTransportOptions,
} from './http-transport.ts';

const request: HttpRequest = { method: 'POST', path: '/', headers: {}, body: '{}', maxAnswerBytes: 1_000 };

const undo: (() => Promise<unknown> | void)[] = [];

afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

async function aServer(server: Server): Promise<string> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  undo.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((closed) => server.close(closed));
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function aTransport(options: Partial<UndiciTransportOptions> & { origin: string }): UndiciTransport {
  const transport = new UndiciTransport({ timeoutMs: 5_000, ...options });
  undo.push(() => transport.close());
  return transport;
}

/** Answers the next question for a name when the test says so; Node asks for one address or for all. */
function lookUpByHand() {
  type Callback = (error: Error | null, address?: string | dns.LookupAddress[], family?: number) => void;
  let asked: [name: string, options: dns.LookupOptions, done: Callback] | undefined;
  const lookup = jest.spyOn(dns, 'lookup') as unknown as jest.Mock<(...question: typeof asked & object) => void>;
  lookup.mockImplementation((...question) => void (asked = question));
  undo.push(() => lookup.mockRestore());
  return {
    fail: (error: Error) => asked?.[2](error),
    answer: (address: string) =>
      asked?.[1].all ? asked[2](null, [{ address, family: 4 }]) : asked?.[2](null, address, 4),
  };
}

const failureOf = (call: Promise<unknown>) =>
  call.then(
    () => Promise.reject(new Error('The call succeeded.')),
    (error: HttpTransportError) => error,
  );

describe(UndiciTransport.name, () => {
  it.each(['ENOTFOUND', 'EAI_AGAIN'])('has sent nothing when the name of the host is not found (%s)', async (code) => {
    const names = lookUpByHand();
    const transport = aTransport({ origin: 'http://graph.invalid' });

    const call = failureOf(transport.request(request));
    names.fail(Object.assign(new Error('no such name'), { code }));
    const failure = await call;

    expect(failure).toBeInstanceOf(HttpTransportError);
    expect(failure).toMatchObject({ reason: code, mayHaveBeenSent: false });
  });

  it('has sent nothing when the other side does not speak TLS', async () => {
    const host = await aServer(createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')));
    const transport = aTransport({ origin: `https://${host}` });

    const failure = await failureOf(transport.request(request));

    expect(failure).toMatchObject({ mayHaveBeenSent: false });
  });

  it('has sent nothing when the connection is reset during the TLS handshake', async () => {
    const host = await aServer(createServer((socket) => socket.once('data', () => socket.resetAndDestroy())));
    const transport = aTransport({ origin: `https://${host}` });

    const failure = await failureOf(transport.request(request));

    expect(failure).toMatchObject({ reason: 'ECONNRESET', mayHaveBeenSent: false });
  });

  it('has sent nothing when the time is over before the TLS handshake is', async () => {
    const host = await aServer(createServer());
    const transport = aTransport({ origin: `https://${host}`, timeoutMs: 100 });

    const failure = await failureOf(transport.request(request));

    expect(failure).toMatchObject({ reason: 'TIMEOUT', mayHaveBeenSent: false });
  });

  it('never sends later what waited for a connection until its time was over', async () => {
    const seen: (string | undefined)[] = [];
    const server = createHttpServer(({ url }, response) => {
      seen.push(url);
      response.end('{}');
    });
    const [, port] = (await aServer(server)).split(':');
    const names = lookUpByHand();
    const transport = aTransport({ origin: `http://graph.invalid:${port}`, timeoutMs: 100 });

    const failure = await failureOf(transport.request({ ...request, path: '/late' }));
    names.answer('127.0.0.1');
    await once(server, 'connection');
    const connected = aTransport({ origin: `http://127.0.0.1:${port}` });
    await connected.request({ ...request, path: '/in-time' });
    await transport.close();

    expect(failure).toMatchObject({ reason: 'TIMEOUT', mayHaveBeenSent: false });
    expect(seen).toEqual(['/in-time']);
  });

  it('writes nothing of a request that must not begin any more', async () => {
    const seen: (string | undefined)[] = [];
    const host = await aServer(
      createHttpServer(({ url }, response) => {
        seen.push(url);
        response.end('{}');
      }),
    );
    const transport = aTransport({ origin: `http://${host}` });
    await transport.request({ ...request, path: '/connects' });

    const failure = await failureOf(
      transport.request({ ...request, path: '/too-late', startBefore: performance.now() }),
    );
    await transport.request({ ...request, path: '/in-time', startBefore: performance.now() + 3_600_000 });

    expect(failure).toBeInstanceOf(HttpTransportError);
    expect(failure).toMatchObject({ reason: 'TOO_LATE', mayHaveBeenSent: false });
    expect(seen).toEqual(['/connects', '/in-time']);
  });

  it('writes nothing of a request whose connection took until it must not begin any more', async () => {
    const seen: (string | undefined)[] = [];
    const server = createHttpServer(({ url }, response) => {
      seen.push(url);
      response.end('{}');
    });
    const [, port] = (await aServer(server)).split(':');
    const names = lookUpByHand();
    const transport = aTransport({ origin: `http://graph.invalid:${port}` });
    const startBefore = performance.now() + 50;

    const call = failureOf(transport.request({ ...request, startBefore }));
    while (performance.now() < startBefore) await new Promise(setImmediate);
    names.answer('127.0.0.1');

    expect(await call).toMatchObject({ reason: 'TOO_LATE', mayHaveBeenSent: false });
    expect(seen).toEqual([]);
  });

  it('lets undici write a request once at most', async () => {
    const controllers = [{ abort: jest.fn() }, { abort: jest.fn() }];
    const dispatch = jest.spyOn(Pool.prototype, 'dispatch').mockImplementation((_options, handler) => {
      for (const each of controllers) handler.onRequestStart?.(each as unknown as Dispatcher.DispatchController, {});
      handler.onResponseEnd?.(controllers[0] as unknown as Dispatcher.DispatchController, {});
      return true;
    });
    undo.push(() => dispatch.mockRestore());

    await aTransport({ origin: 'http://graph.invalid' }).request(request);

    expect(controllers.map(({ abort }) => abort.mock.calls.length)).toEqual([0, 1]);
  });

  it('may have sent a request whose connection broke right after the first bytes', async () => {
    const host = await aServer(createServer((socket) => socket.once('data', () => socket.resetAndDestroy())));
    const transport = aTransport({ origin: `http://${host}` });

    const failure = await failureOf(transport.request(request));

    expect(failure).toMatchObject({ reason: 'ECONNRESET', mayHaveBeenSent: true });
  });

  it('does not send again what a kept connection lost', async () => {
    let requests = 0;
    const host = await aServer(
      createHttpServer((incoming, response) => {
        requests += 1;
        if (incoming.url === '/lost') response.socket?.resetAndDestroy();
        else response.end('{}');
      }),
    );
    const transport = aTransport({ origin: `http://${host}` });

    await transport.request(request);
    const failure = await failureOf(transport.request({ ...request, path: '/lost' }));
    const answer = await transport.request(request);

    expect(failure).toMatchObject({ mayHaveBeenSent: true });
    expect(answer.status).toBe(200);
    expect(requests).toBe(3);
  });

  it('lets running requests end when it is closed', async () => {
    const server = createHttpServer();
    const transport = aTransport({ origin: `http://${await aServer(server)}` });
    const running = transport.request(request);
    const [, response] = (await once(server, 'request')) as [IncomingMessage, ServerResponse];

    const closed = transport.close();
    response.end('{}');

    expect(await running).toEqual({ status: 200, text: '{}' });
    await closed;
  });
});
