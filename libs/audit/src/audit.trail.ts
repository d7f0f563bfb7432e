import { Injectable } from '@nestjs/common';

import { ClientAddress, currentRequest, newId, type SqlRunner, storableJson } from '#common';
import type { Actor } from '#tenants';

import type { ActorKind, AuditEntry, Outcome } from './audit-entry.entity.ts';
import { difference } from './difference.ts';
import { masked } from './masking.ts';

const LONGEST_TEXT = 500;

/** Who did something: a caller, somebody not signed in, or the application itself. */
export type AuditActor = Omit<Actor, 'kind'> & { kind: ActorKind };

export interface NewAuditEntry {
  /** Whose records it concerns; null: the platform's. */
  tenantId: string | null;
  actor: AuditActor;
  /** The kind of the object, and what became of it: `api-key.revoked`. */
  action: string;
  objectId?: string | null;
  /** The object as the API shows it; what did not change, secrets and texts are left out here. */
  before?: unknown;
  after?: unknown;
  outcome?: Outcome;
  /** Of the error; of what was done, `idempotency-replayed` where an earlier request did it. */
  code?: string | null;
}

/** Writes the audit log. */
@Injectable()
export class AuditTrail {
  constructor(private readonly clientAddress: ClientAddress) {}

  /**
   * Adds an entry, with the request it belongs to: as the last thing in the transaction that makes the change, since the
   * next entry waits for its commit.
   */
  async record(tx: SqlRunner, entry: NewAuditEntry): Promise<void> {
    const { before, after } = difference(masked(entry.before), masked(entry.after));
    const row: Partial<Record<keyof AuditEntry, unknown>> = {
      id: newId(),
      tenantId: entry.tenantId,
      actorKind: entry.actor.kind,
      actorId: entry.actor.id,
      actorName: cut(entry.actor.name),
      action: entry.action,
      objectKind: kindOf(entry.action),
      objectId: cut(entry.objectId),
      before,
      after,
      outcome: entry.outcome ?? 'done',
      code: entry.code ?? null,
      ...this.origin(),
    };
    await tx.query(INSERT, [storableJson(row)]);
  }

  private origin(): Partial<AuditEntry> {
    const context = currentRequest();
    if (!context) return {};
    const { id, request } = context;
    const userAgent = cut(request.headers['user-agent']);
    return { requestId: id, address: this.clientAddress.of(request), userAgent };
  }
}

function kindOf(action: string): string {
  return action.slice(0, action.indexOf('.'));
}

function cut(text: string | null | undefined): string | null {
  return text?.slice(0, LONGEST_TEXT) ?? null;
}

/** The trigger fills in the rest. */
const INSERT = `
INSERT INTO audit_entries (
  id, tenant_id, actor_kind, actor_id, actor_name, action, object_kind, object_id, before, after, outcome, code, request_id,
  address, user_agent)
SELECT id, "tenantId", "actorKind", "actorId", "actorName", action, "objectKind", "objectId",
  nullif(before, 'null'), nullif(after, 'null'), outcome, code, "requestId", address, "userAgent"
FROM jsonb_to_record($1::jsonb) AS r (
  id uuid, "tenantId" uuid, "actorKind" text, "actorId" uuid, "actorName" text, action text, "objectKind" text,
  "objectId" text, before jsonb, after jsonb, outcome text, code text, "requestId" text, address text, "userAgent" text)`;
