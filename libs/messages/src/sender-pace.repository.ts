import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

import { preparedRows, type Statement } from '#common';

/** What a number may send right now. */
export interface Permits {
  phoneNumberId: string;
  /** Whole messages. */
  available: number;
  /** How long until it is worth asking; and how long it will be when all of them are spent. */
  waitMs: number;
  refillMs: number;
  /** What is in the bucket, and when that was so, to the microsecond. */
  counted: { permits: number; at: string };
  /** Whether anything is held at all. */
  anyHolds: boolean;
}

/**
 * Meta counts what arrives in any second, and the way there takes now longer, now shorter: this share of the limit, and
 * this many seconds' worth of it at once, stay under it.
 */
const MARGIN = 0.96;
const BURST_S = 0.03;

/** After Meta's "too fast" (130429): how much slower, for how long not at all, and how much of the pace comes back a second. */
const SLOWER = 0.9;
const SLOWEST = 0.1;
const PAUSE_S = 1;
const RECOVERY_PER_S = 0.02;

/** The pace of each sending number: a token bucket in one row, which all replicas draw from. */
@Injectable()
export class SenderPaceRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Locks the number's row for the caller's transaction, so that claims take turns, and counts its permits for `claim`. */
  async lock(tx: EntityManager, phoneNumberId: string, perSecond: number): Promise<Permits> {
    const [row] = await preparedRows<{ pace: number; permits: number; at: string; any_holds: boolean }>(tx, LOCK, [
      phoneNumberId,
      perSecond,
    ]);
    if (!row) {
      await tx.query('INSERT INTO sender_paces (phone_number_id) VALUES ($1) ON CONFLICT DO NOTHING', [phoneNumberId]);
      return this.lock(tx, phoneNumberId, perSecond);
    }
    const { pace, permits, at, any_holds: anyHolds } = row;
    const worthwhile = Math.max(1, (pace * BURST_S) / 2);
    return {
      phoneNumberId,
      available: Math.floor(permits),
      waitMs: Math.ceil(((worthwhile - permits) / pace) * 1_000),
      refillMs: Math.ceil((worthwhile / pace) * 1_000),
      counted: { permits, at },
      anyHolds,
    };
  }

  /** Meta said that the number is too fast. Refusals that come together are one. */
  async slowDown(phoneNumberId: string): Promise<void> {
    await this.dataSource.query(
      `UPDATE sender_paces p
       SET slowdown = greatest(${SLOWEST}, ${SHARE} * ${SLOWER}), slowed_at = clock_timestamp(), permits = 0,
           counted_at = clock_timestamp() + ${PAUSE_S} * interval '1 second'
       WHERE phone_number_id = $1 AND counted_at < clock_timestamp()
         AND (slowdown = 1 OR slowed_at < clock_timestamp() - ${PAUSE_S} * interval '1 second')`,
      [phoneNumberId],
    );
  }
}

/** Of row `p`, at this moment: the share of the configured pace. */
const SHARE = `least(1, p.slowdown + ${RECOVERY_PER_S} * extract(epoch FROM clock_timestamp() - p.slowed_at))::float8`;

/** $1 phone number id, $2 messages per second. */
const LOCK: Statement = {
  name: 'lock-pace',
  text: `
SELECT pace, clock_timestamp()::text AS at,
       EXISTS (SELECT FROM send_holds WHERE released_at IS NULL) AS any_holds,
       greatest(0, least(greatest(1, pace * ${BURST_S}),
         p.permits + pace * extract(epoch FROM clock_timestamp() - p.counted_at)::float8)) AS permits
FROM sender_paces p CROSS JOIN LATERAL (SELECT $2::float8 * ${MARGIN} * ${SHARE} AS pace) AS current
WHERE p.phone_number_id = $1 FOR UPDATE OF p`,
};
