import { createHash } from 'node:crypto';

import { queryRows, type SqlRunner } from '#common';

/** An entry by its place and its hash, as somebody may have noted it elsewhere. */
export interface Link {
  sequence: number;
  hash: string;
}

export interface ChainReport {
  /** How many were found in order. */
  entries: number;
  /** The last of them; null: there are no entries. */
  head: Link | null;
  /** The first place where the log is not as it was written; null: nowhere. */
  broken: { sequence: number; reason: string } | null;
}

interface Row {
  sequence: string;
  hash: string;
  sealed: string;
}

const AT_ONCE = 1_000;

/**
 * Follows the chain from its first entry to the last. An end that was cut off leaves a chain in order, so whoever notes a
 * head elsewhere gives it as `noted`.
 */
export async function verifyChain(db: SqlRunner, noted?: Link): Promise<ChainReport> {
  let head: Link | null = null;
  for (;;) {
    const rows: Row[] = await queryRows<Row>(db, PAGE, [head?.sequence ?? 0]);
    for (const row of rows) {
      const reason = faultOf(row, head, noted);
      const sequence: number = (head?.sequence ?? 0) + 1;
      if (reason) return { entries: sequence - 1, head, broken: { sequence, reason } };
      head = { sequence, hash: row.hash };
    }
    if (rows.length < AT_ONCE) break;
  }
  const entries = head?.sequence ?? 0;
  const isCut = noted !== undefined && noted.sequence > entries;
  const broken = isCut ? { sequence: entries + 1, reason: 'it is missing: the end of the log was cut off' } : null;
  return { entries, head, broken };
}

function faultOf({ sequence, hash, sealed }: Row, before: Link | null, noted: Link | undefined): string | undefined {
  const expected = (before?.sequence ?? 0) + 1;
  if (Number(sequence) !== expected) return 'it is missing';
  const computed = createHash('sha256')
    .update(`${before?.hash ?? ''}${sealed}`)
    .digest('hex');
  if (hash !== computed) return 'it was changed, or one before it';
  if (noted?.sequence === expected && noted.hash !== hash) return 'it is another one than was noted';
  return undefined;
}

/** As the trigger composed it. Said here once more: whoever can change entries can change the trigger as well. */
const PAGE = `
SELECT sequence, hash, jsonb_build_array(
  sequence, id, (extract(epoch FROM at) * 1000000)::bigint, tenant_id, actor_kind, actor_id, actor_name, action, object_kind,
  object_id, before, after, outcome, code, request_id, address, user_agent)::text AS sealed
FROM audit_entries WHERE sequence > $1 ORDER BY sequence LIMIT ${AT_ONCE}`;
