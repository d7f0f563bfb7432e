import { bool, type Check, number, object, oneOf, text } from './checks.ts';
import { GraphError } from './graph-error.ts';
import { json, type Reply } from './http.ts';
import type { Pauses } from './pauses.ts';

const KINDS = [
  'error',
  'reset-before-accept',
  'accept-then-timeout',
  'accept-then-reset',
  'cut-json',
  'html',
  'no-id',
  'slow',
  'http-500-empty',
] as const;
export type FaultKind = (typeof KINDS)[number];

/** A disturbance of the answers. The first rule that matches a request is taken. */
export interface FaultRule {
  kind: FaultKind;
  /** `error`: Meta's code; 131000 when left out. */
  code?: number;
  /** `error`, `html`: instead of the usual status. */
  httpStatus?: number;
  /** `error`: `error_data.details`. */
  details?: string;
  /** `slow`: before the answer; 2 s when left out. */
  delayMs?: number;
  /** `cut-json`, `no-id`, `html`, `http-500-empty`: whether the message was accepted all the same. Only the first two do by default. */
  accepted?: boolean;
  /** 0 to 1; always when left out. */
  probability?: number;
  /** How often; without end when left out. */
  times?: number;
  /** Only recipients whose number ends so. */
  to?: string;
  /** Sends (`messages`, the default), or every Graph request (`all`). */
  on?: 'messages' | 'all';
}

export const faultRule: Check = object(
  { kind: oneOf(...KINDS) },
  {
    code: number(0),
    httpStatus: number(200, 599),
    details: text(),
    delayMs: number(0),
    accepted: bool,
    probability: number(0, 1),
    times: number(1),
    to: text(),
    on: oneOf('messages', 'all'),
  },
);

/** The rules in force. */
export class Faults {
  #rules: (FaultRule & { left: number })[] = [];

  add(rule: FaultRule): void {
    this.#rules.push({ ...rule, left: rule.times ?? Infinity });
  }

  clear(): void {
    this.#rules = [];
  }

  /** @param to recipient of a send; undefined for every other request */
  take(request: { isSend: boolean; to?: string }): FaultRule | undefined {
    if (this.#rules.length === 0) return undefined;
    const digits = request.to?.replace(/\D/g, '') ?? '';
    const rule = this.#rules.find(
      ({ on, to, probability = 1 }) =>
        (request.isSend || on === 'all') &&
        (to === undefined || digits.endsWith(to.replace(/\D/g, ''))) &&
        Math.random() < probability,
    );
    if (rule && --rule.left <= 0) this.#rules = this.#rules.filter((one) => one !== rule);
    return rule;
  }
}

/** Answers as the rule says; `answer` is what would have happened without it. */
export async function applyFault(rule: FaultRule, answer: () => Promise<Reply>, pauses: Pauses): Promise<Reply> {
  switch (rule.kind) {
    case 'error':
      throw new GraphError(rule.code ?? 131000, rule.details ?? 'Told to fail', { httpStatus: rule.httpStatus });
    case 'reset-before-accept':
      return 'reset';
    case 'accept-then-reset':
      await answer();
      return 'reset';
    case 'accept-then-timeout':
      await answer();
      return 'hang';
    case 'slow':
      await pauses.wait(rule.delayMs ?? 2_000);
      return answer();
    case 'html':
      if (rule.accepted) await answer();
      return {
        status: rule.httpStatus ?? 502,
        headers: { 'content-type': 'text/html' },
        body: '<!DOCTYPE html><html><head><title>Error</title></head><body>Sorry, something went wrong.</body></html>',
      };
    case 'http-500-empty':
      if (rule.accepted) await answer();
      return { status: 500, headers: {}, body: '' };
    case 'cut-json':
    case 'no-id':
      return spoil(rule, rule.accepted === false ? json({ messages: [{ id: 'wamid.none' }] }) : await answer());
  }
}

function spoil(rule: FaultRule, reply: Reply): Reply {
  if (typeof reply === 'string') return reply;
  if (rule.kind === 'cut-json') return { ...reply, body: reply.body.slice(0, reply.body.length / 2) };
  return json({ ...(JSON.parse(reply.body.toString()) as object), messages: [] }, reply.status);
}
