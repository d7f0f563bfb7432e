import { SetMetadata } from '@nestjs/common';

import type { Caller } from '#tenants';

export const AUDITED = 'palomar:audited';
export const NOT_AUDITED = 'palomar:not-audited';

/** A request as the audit log sees it: before anything of it is validated. */
export interface AuditedCall {
  caller: Caller;
  params: Readonly<Record<string, string>>;
  query: Readonly<Record<string, unknown>>;
  body: unknown;
}

export interface AuditOptions<C> {
  /** What names the object, in the path or else in the answer; by default `id`. */
  named?: string;
  /** The object as the API shows it, asked for before and after. Without it, the answer is what came of it. */
  show?: (controller: C, call: AuditedCall) => Promise<unknown>;
  /** What is asked for, where the answer does not tell. */
  asked?: (call: AuditedCall) => unknown;
  /**
   * True: done outside of our database, or too long for a transaction. There is an entry before it (`begun`) and one after
   * it, in the place of one that is durable together with the change.
   */
  outside?: boolean;
}

export interface Audited<C = unknown> extends AuditOptions<C> {
  action: string;
}

/** What the route does is told in the audit log, as `action`: the kind of object, and what becomes of it. */
export function Audited<C>(action: string, options: AuditOptions<C> = {}): MethodDecorator {
  return SetMetadata(AUDITED, { ...options, action });
}

/** The route changes something, and the audit log says nothing of it, for this reason. */
export function NotAudited(reason: string): MethodDecorator {
  return SetMetadata(NOT_AUDITED, reason);
}
