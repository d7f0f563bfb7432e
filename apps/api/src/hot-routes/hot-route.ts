import type { IncomingMessage, Server, ServerResponse } from 'node:http';

import { answerProblem, runInRequest } from '#common';

import { requestIdOf } from '../request-id.ts';
import { HOT_SECURITY_HEADERS } from '../security-headers.ts';

const SECURITY = Object.entries(HOT_SECURITY_HEADERS).flat();

/** What a hot route answers: a status and JSON. */
export interface HotAnswer {
  status: number;
  body: object;
}

export interface HotRoute {
  /** `POST /api/v1/whatsapp/messages`: method and exact URL. */
  route: string;
  /** False: something is unusual about this request, Express takes it. Looks at the headers alone. */
  takes: (request: IncomingMessage) => boolean;
  /** `headers`: beside the usual ones, of the answer and of a refusal alike. */
  answer: (request: IncomingMessage, headers: Record<string, string>) => Promise<HotAnswer>;
}

/**
 * Puts routes in front of Express, on Nest's own server. Express and Nest's pipeline cost several times what these routes
 * do themselves (docs/performance.md); the controllers behind call the same services, and the same tests run against both.
 */
export function openHotRoutes(server: Server, routes: HotRoute[]): void {
  const byRoute = new Map(routes.map((route) => [route.route, route]));
  const express = server.listeners('request') as ((request: IncomingMessage, response: ServerResponse) => void)[];
  server.removeAllListeners('request');
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const route = byRoute.get(`${request.method} ${request.url}`);
    if (route?.takes(request)) serve(route, request, response);
    else for (const listener of express) listener.call(server, request, response);
  });
}

function serve(route: HotRoute, request: IncomingMessage, response: ServerResponse): void {
  const id = requestIdOf(request);
  const headers: Record<string, string> = { 'X-Request-Id': id };
  runInRequest({ id, request }, () => {
    route.answer(request, headers).then(
      (answer) => write(response, answer, headers),
      (thrown: unknown) => {
        response.setHeaders(new Headers({ ...HOT_SECURITY_HEADERS, ...headers }));
        answerProblem(thrown, request, response);
      },
    );
  });
}

function write(response: ServerResponse, { status, body }: HotAnswer, headers: Record<string, string>): void {
  const text = JSON.stringify(body);
  // All at once and as a list: headers that are set one by one, or put together as an object, cost more than the answer.
  const length = String(Buffer.byteLength(text));
  const list = ['Content-Type', 'application/json; charset=utf-8', 'Content-Length', length, ...SECURITY];
  for (const name of Object.keys(headers)) list.push(name, headers[name]!);
  response.writeHead(status, list);
  response.end(text);
}
