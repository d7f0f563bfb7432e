import type { LedgerView } from '../../apps/simulator/src/ledger.ts';
import type { RequestView } from '../../apps/simulator/src/request-log.ts';
import {
  type Allowances,
  type Evidence,
  referenceIn,
  type Row,
  type Send,
  type TakenStatus,
  type WireRequest,
} from './evidence.ts';
import type { Ledgers } from './ledgers.ts';
import type { ChaosDatabase } from './world/database.ts';
import type { Counts, WebhookAttempt } from './world/simulator.ts';
import type { World } from './world/world.ts';

/** What belongs to one cycle. */
export interface CycleScope {
  tenantId: string;
  /** The simulator's counts when the cycle began. */
  mark: Counts;
  ledgers: Ledgers;
  allowed: Allowances;
}

/** Reads every side anew. */
export async function gatherEvidence({ database, simulator }: World, scope: CycleScope): Promise<Evidence> {
  const { tenantId, mark, ledgers, allowed } = scope;
  const [rows, sends, requests, webhooks] = await Promise.all([
    readRows(database, tenantId),
    simulator.sends(mark),
    simulator.requests(mark),
    simulator.webhooks(mark),
  ]);
  return {
    client: ledgers.client.read(),
    publisher: ledgers.publisher.read(),
    admin: ledgers.admin.read(),
    sends: sends.map(toSend),
    requests: requests.map(toRequest),
    statuses: webhooks.filter(({ status }) => status === 200).flatMap(statusesIn),
    rows,
    allowed,
  };
}

function toSend({ wamid, opaque, to, acceptedAt, body }: LedgerView): Send {
  return {
    reference: referenceIn(JSON.stringify(body)),
    wamid,
    opaque: opaque ?? null,
    to,
    acceptedAt: Date.parse(acceptedAt),
  };
}

function toRequest({ body, code, fault }: RequestView): WireRequest {
  const { biz_opaque_callback_data: opaque } = body as { biz_opaque_callback_data?: string };
  return { reference: referenceIn(JSON.stringify(body)), opaque: opaque ?? null, code, fault };
}

interface WebhookBody {
  entry: { changes: { value: { statuses?: { id: string; status: TakenStatus['status']; timestamp: string }[] } }[] }[];
}

function statusesIn({ body }: WebhookAttempt): TakenStatus[] {
  const { entry } = JSON.parse(body) as WebhookBody;
  const statuses = entry.flatMap(({ changes }) => changes.flatMap(({ value }) => value.statuses ?? []));
  return statuses.map(({ id, status, timestamp }) => ({ wamid: id, status, timestamp }));
}

/** Columns under the names of `Row`; times in milliseconds. */
const ROWS = `
  SELECT m.id, m.recipient_phone AS to, m.status, m.pending_reason AS "pendingReason", m.priority, m.attempts,
         m.error_code AS "errorCode", m.whatsapp_message_id AS wamid, m.content::text AS content,
         ${['created', 'sent', 'delivered', 'read', 'failed'].map((step) => `${ms(`m.${step}_at`)} AS "${step}At"`).join(', ')},
         coalesce((SELECT json_agg(json_build_object('type', e.type, 'source', e.source, 'occurredAt', ${ms('e.occurred_at')})
                                   ORDER BY e.created_at, e.occurred_at)
                   FROM message_events e WHERE e.message_id = m.id), '[]') AS events
  FROM whatsapp_messages m WHERE m.tenant_id = $1 ORDER BY m.id`;

async function readRows(database: ChaosDatabase, tenantId: string): Promise<Row[]> {
  const rows = await database.query<Row & { content: string }>(ROWS, [tenantId]);
  return rows.map(({ content, ...row }) => ({ ...row, reference: referenceIn(content) }));
}

/** Whole milliseconds, as everybody outside PostgreSQL sees them. */
function ms(time: string): string {
  return `floor(extract(epoch FROM ${time}) * 1000)::float8`;
}
