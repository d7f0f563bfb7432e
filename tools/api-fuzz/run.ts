import type { OpenAPIObject } from '@nestjs/swagger';
import { Client } from 'undici';

import { Random } from '../chaos/random.ts';
import { type Answer, AnswerChecker } from '../openapi/answer-checker.ts';
import { KnownIds } from './known-ids.ts';
import { type FuzzRequest, RequestMaker } from './requests.ts';

export interface FuzzRun {
  url: string;
  /** A platform key. */
  key: string;
  tenantId: string;
  /** Headers of a person who has just signed in, for the routes that take no key. */
  signIn?: () => Promise<Record<string, string>>;
  document: OpenAPIObject;
  requests: number;
  seed: number;
}

export interface FuzzReport {
  /** How often each status came. */
  statuses: Map<number, number>;
  /** 502 and 503 that the situation explains, by their code. */
  excused: Map<string, number>;
  faults: { number: number; name: string; path: string; fault: string }[];
}

const AT_ONCE = 8;
/** Codes of what is not in the hands of the application: Meta, or who runs it. */
const EXCUSED = /^(whatsapp-|media-upload-failed|po-notification-template-unusable|notifications-disabled)/;

/** Sends so many requests, each made of chance that the seed and its number repeat, and checks every answer. */
export async function runFuzz({ url, key, tenantId, signIn, document, requests, seed }: FuzzRun): Promise<FuzzReport> {
  const report: FuzzReport = { statuses: new Map(), excused: new Map(), faults: [] };
  const checker = new AnswerChecker(document);
  const known = new KnownIds();
  const maker = new RequestMaker(document, known, key, tenantId);
  let next = 0;
  const work = async (): Promise<void> => {
    const client = new Client(url, { bodyTimeout: 60_000, headersTimeout: 60_000 });
    for (let number = next++; number < requests; number = next++) {
      const request = maker.make(new Random(seed * 1_000_003 + number));
      if (signIn && isForPeople(request)) Object.assign(request.headers, { authorization: '' }, await signIn());
      const { name, path } = request;
      try {
        const answer = await ask(client, request);
        count(report.statuses, answer.status);
        if (answer.status < 300) known.note(path.split('?')[0]!, parse(answer.body));
        const faults = judge(checker, request, answer, report);
        report.faults.push(...faults.map((fault) => ({ number, name, path, fault })));
      } catch (cause) {
        report.faults.push({ number, name, path, fault: `no answer (${String(cause)})` });
      }
    }
    await client.close();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return report;
}

/** One of them ends the session that asks, so each has its own. */
function isForPeople({ operation }: FuzzRequest): boolean {
  return operation?.security?.some((way) => !('bearer' in way)) === true && !('x-required-scope' in operation);
}

async function ask(client: Client, { method, path, headers, body }: FuzzRequest): Promise<Answer> {
  const answer = await client.request({ method: method, path, headers, body });
  const text = await answer.body.text();
  const pairs = Object.entries(answer.headers).map(([name, value]): [string, string] => [name, String(value)]);
  return { status: answer.statusCode, headers: new Headers(pairs), body: text };
}

function judge(checker: AnswerChecker, request: FuzzRequest, answer: Answer, report: FuzzReport): string[] {
  const { code = '' } = Object(parse(answer.body)) as { code?: string };
  if (answer.status >= 500 && EXCUSED.test(code)) count(report.excused, code);
  else if (answer.status >= 500) return [`${answer.status} ${answer.body.slice(0, 300)}`];
  const isNobodys = !request.operation || code === 'route-not-found' || code === 'method-not-allowed';
  return isNobodys ? faultsOfRefusal(request, answer) : checker.faultsOf(request.operation!, answer, request.method);
}

/** What no operation answers is a problem with a request id. */
function faultsOfRefusal({ method }: FuzzRequest, { status, headers, body }: Answer): string[] {
  if (!headers.has('x-request-id')) return [`${status} without X-Request-Id`];
  if (status < 400 || method === 'HEAD') return [];
  const isProblem = headers.get('content-type')?.startsWith('application/problem+json');
  return isProblem ? [] : [`${status} that is no problem: ${body.slice(0, 200)}`];
}

function count<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
