import type { Request } from 'express';

import type { NewAuditEntry } from '#audit';
import { isUuid } from '#common';
import type { Caller } from '#tenants';

import type { Audited, AuditedCall } from './audited.decorator.ts';

/** A request to an audited route; `caller` is missing until the key is known. */
export type AuditedRequest = Request & { caller?: Caller; audited?: Audited };

export function callOf({ params, query, body }: Request, caller: Caller): AuditedCall {
  // Pipes, which make an empty body of none, come after this.
  return { caller, params: params as Record<string, string>, query, body: (body as unknown) ?? {} };
}

/** What is known of the object: before, after, and in the answer. */
interface Known {
  before?: unknown;
  after?: unknown;
  answer?: unknown;
}

/** The entry of a call that was done. */
export function entryOf(audited: Audited, call: AuditedCall, known: Known): NewAuditEntry {
  const { action, named = 'id', asked } = audited;
  const { tenantId, actor } = call.caller;
  const { before, answer } = known;
  const after = asked ? asked(call) : known.after;
  return {
    // A tenant's key writes into its tenant's log alone, whatever it asks for.
    tenantId: tenantId ?? tenantIdOf([after, answer, before]),
    actor,
    action,
    objectId: call.params[named] ?? fieldOf(answer, named) ?? null,
    before,
    after,
  };
}

function tenantIdOf(objects: unknown[]): string | null {
  return objects.map((object) => fieldOf(object, 'tenant_id')).find(isUuid) ?? null;
}

function fieldOf(value: unknown, name: string): string | undefined {
  const field = (value as Record<string, unknown> | null | undefined)?.[name];
  return typeof field === 'string' ? field : undefined;
}
