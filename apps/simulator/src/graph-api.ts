import { createHmac, timingSafeEqual } from 'node:crypto';

import { applyFault } from './faults.ts';
import { GraphError, unknownObject, unknownPath } from './graph-error.ts';
import { type GraphRequest, json, type Reply } from './http.ts';
import { statusOf } from './request-log.ts';
import type { World } from './world.ts';

/** A Graph path, such as `/:id/messages`. */
export interface Route {
  method: 'GET' | 'POST' | 'DELETE';
  pattern: string;
  /** The send route: logged, and the one faults apply to. */
  isSend?: boolean;
  /** Undefined: the object is not of this route's kind, so the next one that matches is asked. */
  handle: (call: GraphCall) => Reply | undefined | Promise<Reply>;
}

export interface GraphCall {
  request: GraphRequest;
  /** Value of the `:…` segment. */
  id: string;
  /** Of the path; the newest when it names none. */
  apiVersion: number;
}

const NEWEST_VERSION = 26;
/** Calls to versions past their end are served by this one. */
const OLDEST_USABLE_VERSION = 21;

/** The Graph side: version, token, faults, then the route. */
export class GraphApi {
  readonly #routes: (Route & { segments: string[] })[];
  readonly #proof: string;

  constructor(
    private readonly world: World,
    routes: Route[],
  ) {
    this.#routes = routes.map((route) => ({ ...route, segments: segmentsOf(route.pattern) }));
    const { accessToken, appSecret } = world.options;
    this.#proof = createHmac('sha256', appSecret).update(accessToken).digest('hex');
  }

  async handle(request: GraphRequest): Promise<Reply> {
    const { apiVersion, segments } = readPath(request.path);
    const routes = this.#routes.filter((route) => route.method === request.method && matches(route.segments, segments));
    const isSend = routes[0]?.isSend === true;
    const logged = isSend ? this.world.requests.open(request) : undefined;
    let reply: Reply;
    try {
      if (apiVersion === undefined || routes.length === 0) throw unknownPath(request.path);
      this.#authenticate(request);
      const rule = this.world.faults.take({ isSend, to: logged?.to });
      if (logged && rule) logged.fault = rule.kind;
      const call = { request, id: segments[0] ?? '', apiVersion };
      const answer = (): Promise<Reply> => firstAnswer(routes, call);
      reply = rule ? await applyFault(rule, answer, this.world.pauses) : await answer();
    } catch (error) {
      if (!(error instanceof GraphError)) throw error;
      if (logged) logged.code = error.code;
      reply = json(error.toBody(), error.httpStatus);
    }
    if (logged) logged.status = statusOf(reply);
    return reply;
  }

  #authenticate({ headers, query }: GraphRequest): void {
    const token = /^(?:Bearer|OAuth) (.+)$/i.exec(headers.authorization ?? '')?.[1] ?? query.get('access_token');
    if (!token)
      throw new GraphError(104, undefined, { message: 'An access token is required to request this resource.' });
    if (token !== this.world.options.accessToken) {
      throw new GraphError(190, undefined, { message: 'Invalid OAuth access token - Cannot parse access token' });
    }
    const proof = query.get('appsecret_proof');
    if (proof !== null && !isSame(proof, this.#proof)) {
      const message = 'Invalid appsecret_proof provided in the API argument';
      throw new GraphError(100, undefined, { message, type: 'GraphMethodException' });
    }
  }
}

async function firstAnswer(routes: Route[], call: GraphCall): Promise<Reply> {
  for (const route of routes) {
    const reply = await route.handle(call);
    if (reply) return reply;
  }
  throw unknownObject(call.request.method, call.id);
}

function readPath(path: string): { apiVersion: number | undefined; segments: string[] } {
  const segments = segmentsOf(path);
  if (!/^v\d/.test(segments[0] ?? '')) return { apiVersion: NEWEST_VERSION, segments };
  const version = Number(/^v(\d+)\.0$/.exec(segments[0] as string)?.[1] ?? NaN);
  const isKnown = version >= 1 && version <= NEWEST_VERSION;
  return { apiVersion: isKnown ? Math.max(version, OLDEST_USABLE_VERSION) : undefined, segments: segments.slice(1) };
}

function segmentsOf(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '');
}

function matches(pattern: string[], segments: string[]): boolean {
  return (
    pattern.length === segments.length &&
    pattern.every((part, index) => part.startsWith(':') || part === segments[index])
  );
}

function isSame(given: string, expected: string): boolean {
  return given.length === expected.length && timingSafeEqual(Buffer.from(given), Buffer.from(expected));
}
