import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

import { queryRows } from '#common';

import type { StatisticsCount } from '../entities/statistics.entity.ts';
import { addToCounts, CELL, cellsOf, COUNTERS, LABELS_OF_MESSAGES, labelsOfChanges } from './statistics.sql.ts';

/** What the counts say of one cell, and what the messages do. */
export interface Difference {
  scope: StatisticsCount['scope'];
  period: StatisticsCount['period'];
  start: Date;
  tenant_id: string;
  phone_number_id: string;
  template_name: string;
  template_language: string;
  label: string;
  counted: number;
  recounted: number;
}

/** Keeps the counts behind the statistics. What changes is noted by a trigger of `whatsapp_messages`, in the same transaction. */
@Injectable()
export class StatisticsCountRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Adds up to `limit` changes to the counts, and removes them; answers how many there were. */
  async sumUp(limit: number): Promise<number> {
    const [row] = await queryRows<{ changes: number }>(this.dataSource, SUM_UP, [limit]);
    return row!.changes;
  }

  /** Compares counts, with the changes not yet summed up, to a recount of all messages at one moment. */
  async compare(limit: number): Promise<Difference[]> {
    const rows = await this.dataSource.transaction('REPEATABLE READ', async (tx) => {
      await tx.query(ROOM_TO_COUNT);
      return queryRows<Difference>(tx, COMPARE, [limit]);
    });
    return rows.map((row) => ({ ...row, counted: Number(row.counted), recounted: Number(row.recounted) }));
  }

  /** Counts anew from the messages. Nobody writes one meanwhile. */
  async rebuild(): Promise<void> {
    await this.dataSource.transaction(async (tx) => {
      await tx.query(ROOM_TO_COUNT);
      await tx.query('LOCK TABLE whatsapp_messages IN SHARE MODE');
      await tx.query('TRUNCATE statistics_changes, statistics_counts');
      await tx.query(addToCounts(LABELS_OF_MESSAGES));
    });
  }
}

/** For all messages at once, out of the ordinary: in memory, and in the order they lie. */
const ROOM_TO_COUNT = `SET LOCAL work_mem = '256MB'; SET LOCAL enable_seqscan = on`;

const SUM_UP = `
WITH taken AS (
  DELETE FROM statistics_changes
  WHERE id IN (SELECT id FROM statistics_changes ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED)
  RETURNING *),
added AS (${addToCounts(labelsOfChanges('taken'))})
SELECT count(*)::int AS changes FROM taken`;

const COMPARE = `
SELECT ${CELL}, label, sum(counted)::bigint AS counted, sum(recounted)::bigint AS recounted
FROM (
  SELECT ${CELL}, label, n AS counted, 0 AS recounted FROM statistics_counts CROSS JOIN LATERAL (
    SELECT * FROM (VALUES ${COUNTERS.map((name) => `('${name}', ${name})`).join(', ')}) AS counter (label, n) WHERE n <> 0
    UNION ALL SELECT key, value::bigint FROM jsonb_each_text(tallies)) AS l
  UNION ALL
  SELECT ${CELL}, label, n, 0 FROM (${cellsOf(labelsOfChanges('statistics_changes'))}) AS waiting
  UNION ALL
  SELECT ${CELL}, label, 0, n FROM (${cellsOf(LABELS_OF_MESSAGES)}) AS recount) AS both_of
GROUP BY ${CELL}, label
HAVING sum(counted) <> sum(recounted)
ORDER BY ${CELL}, label LIMIT $1`;
