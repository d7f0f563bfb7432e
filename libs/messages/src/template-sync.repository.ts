import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

import { queryRows } from '#common';

/** Whoever asked for so long has died, or hangs at Meta. */
const GIVEN_UP_S = 120;

/** `turn`: the caller asks, and hands the turn back; `busy`: another replica is asking; `fresh`: nobody has to. */
export type SyncTurn =
  | { state: 'turn'; since: string; /** The same, cut to milliseconds. */ askedAt: Date }
  | { state: 'busy' }
  | { state: 'fresh' };

/** Takes turns: of all replicas one at a time asks Meta for the templates of an account. No connection is held meanwhile. */
@Injectable()
export class TemplateSyncRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** @param maxAgeMs how old the list that is stored may be to count as fresh; 0: none does */
  async takeTurn(businessAccountId: string, maxAgeMs: number): Promise<SyncTurn> {
    const parameters = [businessAccountId, maxAgeMs];
    const [taken] = await queryRows<{ since: string; askedAt: Date }>(this.dataSource, TAKE, parameters);
    if (taken) return { state: 'turn', ...taken };
    const [found] = await queryRows<{ fresh: boolean }>(
      this.dataSource,
      `SELECT ${IS_FRESH} AS fresh FROM template_syncs s WHERE business_account_id = $1`,
      parameters,
    );
    return { state: found?.fresh ? 'fresh' : 'busy' };
  }

  /** `done`: the list that was asked for is stored. A turn that was given up meanwhile is not this one's to hand back. */
  async handBack(businessAccountId: string, since: string, done: boolean): Promise<void> {
    await this.dataSource.query(
      `UPDATE template_syncs SET asking_since = NULL, asked_at = CASE WHEN $3 THEN asking_since ELSE asked_at END
       WHERE business_account_id = $1 AND asking_since = $2::timestamptz`,
      [businessAccountId, since, done],
    );
  }
}

const IS_FRESH = `coalesce(s.asked_at > now() - $2::float8 * interval '1 millisecond', false)`;

/** The time as text, too: a `Date` loses its microseconds. */
const TAKE = `
INSERT INTO template_syncs AS s (business_account_id, asking_since)
VALUES ($1, now())
ON CONFLICT (business_account_id) DO UPDATE SET asking_since = now()
WHERE NOT ${IS_FRESH} AND coalesce(s.asking_since < now() - ${GIVEN_UP_S} * interval '1 second', true)
RETURNING asking_since::text AS since, asking_since AS "askedAt"`;
