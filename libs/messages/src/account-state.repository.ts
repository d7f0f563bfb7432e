import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

import { queryRows, storableJson } from '#common';

import { AccountState } from './entities/account-state.entity.ts';

@Injectable()
export class AccountStateRepository {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Keeps the newest word on each aspect, by Meta's time; of two at the same time the later one in the list, or in arrival.
   * Answers, for each in its place, whether it is the newest now.
   */
  async tell(tx: EntityManager, states: AccountState[]): Promise<boolean[]> {
    if (states.length === 0) return [];
    const newest = new Map<string, AccountState>();
    for (const state of states) {
      const before = newest.get(keyOf(state));
      if (!before || before.toldAt <= state.toldAt) newest.set(keyOf(state), state);
    }
    const rows = await queryRows<{ index: number }>(tx, TELL, [
      storableJson([...newest.values()].map((state) => ({ ...state, index: states.indexOf(state) }))),
    ]);
    const kept = new Set(rows.map(({ index }) => index));
    return states.map((_, index) => kept.has(index));
  }

  /** Everything Meta said of an account, its numbers and its templates, as it stands now. */
  async list(businessAccountId: string): Promise<AccountState[]> {
    return this.dataSource.manager.find(AccountState, {
      where: { businessAccountId },
      order: { subject: 'ASC', aspect: 'ASC' },
    });
  }
}

function keyOf({ businessAccountId, subject, aspect }: AccountState): string {
  return JSON.stringify([businessAccountId, subject, aspect]);
}

/** $1: a JSON list, one of each key. In the order of keys, as whoever else tells several of them. */
const TELL = `
WITH r AS MATERIALIZED (
  SELECT * FROM jsonb_to_recordset($1::jsonb) AS r (
    index int, "businessAccountId" text, subject text, aspect text, value jsonb, "toldAt" timestamptz, "eventId" uuid)),
kept AS (
  INSERT INTO account_states AS s (business_account_id, subject, aspect, value, told_at, event_id)
  SELECT "businessAccountId", subject, aspect, value, "toldAt", "eventId" FROM r
  ORDER BY "businessAccountId", subject, aspect
  ON CONFLICT (business_account_id, subject, aspect) DO UPDATE
  SET value = excluded.value, told_at = excluded.told_at, event_id = excluded.event_id
  WHERE s.told_at <= excluded.told_at
  RETURNING subject, aspect, event_id)
SELECT r.index FROM r JOIN kept k ON k.event_id = r."eventId" AND k.subject = r.subject AND k.aspect = r.aspect`;
