import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

import { leastIdAt, newId, queryRows, SecretBox } from '#common';

import { Erasure } from '../entities/erasure.entity.ts';
import { ErasedPeople } from './erased-people.ts';
import { type Person, PersonRepository } from './person.repository.ts';

/** An erasure that goes on. */
export type RunningErasure = Pick<Erasure, 'id' | 'stage' | 'position' | 'requestedAt'> & { person: Person };

/** What one step came to. */
export interface ErasureStep {
  /** How much of each kind. */
  removed: Record<string, number>;
  /** How far the walk of this stage came; null: the stage is over. */
  position: string | null;
  /** Something has to end first: no sooner than this. */
  waitMs?: number;
}

const FAULT_PAUSE_MS = 30_000;

const START = leastIdAt(new Date(0));

/** Erasures: begun in one transaction, then worked off step by step by whichever process comes first. */
@Injectable()
export class ErasureRepository {
  constructor(
    private readonly dataSource: DataSource,
    private readonly people: PersonRepository,
    private readonly erased: ErasedPeople,
    private readonly box: SecretBox,
  ) {}

  /**
   * From its commit on, nothing that was said before is stored any more, and who the person is is gone. Their messages and
   * all else follow.
   */
  async begin(tenantId: string | null, given: string[], now: Date): Promise<Erasure> {
    return this.dataSource.transaction(async (tx) => {
      await this.erased.stopRounds(tx);
      const person = { tenantId, addresses: await this.people.findAddresses(tx, tenantId, given) };
      // What comes over a number of another tenant is none of this one's business.
      const numbers = tenantId === null ? undefined : await this.people.findNumbers(tx, person);
      await this.erased.remember(tx, person.addresses, numbers, now);
      const { refusals, ...removed } = await this.people.eraseContacts(tx, person);
      await this.erased.keepRefusals(tx, refusals);

      const id = newId();
      const subject = this.box.seal(JSON.stringify(person.addresses), placeOf(id));
      const erasure = { id, tenantId, subject, removed, position: START, requestedAt: now, nextStepAt: now };
      await tx.insert(Erasure, erasure);
      return tx.findOneByOrFail(Erasure, { id });
    });
  }

  async findById(id: string): Promise<Erasure | null> {
    return this.dataSource.manager.findOneBy(Erasure, { id });
  }

  /** One step of one erasure that is due, in one transaction with its record; false when none is. `stages`: how many there are. */
  async step(
    now: Date,
    stages: number,
    work: (tx: EntityManager, erasure: RunningErasure) => Promise<ErasureStep>,
  ): Promise<boolean> {
    let tried: string | undefined;
    const step = this.dataSource.transaction(async (tx) => {
      const [due] = await queryRows<Omit<RunningErasure, 'person'> & { tenantId: string | null; subject: string }>(
        tx,
        NEXT,
        [now],
      );
      if (!due) return false;
      tried = due.id;
      const { tenantId, subject, ...erasure } = due;
      const addresses = JSON.parse(this.box.open(subject, placeOf(due.id))) as string[];
      const { removed, position, waitMs = 0 } = await work(tx, { ...erasure, person: { tenantId, addresses } });
      const stage = position === null ? due.stage + 1 : due.stage;
      await tx.query(RECORD, [
        due.id,
        JSON.stringify(removed),
        stage,
        position ?? START,
        new Date(now.getTime() + waitMs),
        stage === stages ? now : null,
      ]);
      return true;
    });
    return step.catch(async (cause: unknown) => {
      if (tried) await this.postpone(tried, new Date(now.getTime() + FAULT_PAUSE_MS));
      throw cause;
    });
  }

  /** One that fails holds up no other. */
  private async postpone(id: string, until: Date): Promise<void> {
    await this.dataSource.query('UPDATE erasures SET next_step_at = $2 WHERE id = $1', [id, until]);
  }
}

function placeOf(id: string): string {
  return `erasures.subject ${id}`;
}

const NEXT = `
SELECT id, tenant_id AS "tenantId", subject, stage, position, requested_at AS "requestedAt"
FROM erasures WHERE finished_at IS NULL AND next_step_at <= $1
ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED`;

/** $2: counts, added to those so far. */
const RECORD = `
UPDATE erasures SET
  removed = (SELECT jsonb_object_agg(key, sum) FROM (
    SELECT key, sum(value::int) AS sum
    FROM (SELECT * FROM jsonb_each_text(removed) UNION ALL SELECT * FROM jsonb_each_text($2::jsonb)) AS one
    GROUP BY key) AS total),
  stage = $3, position = $4, next_step_at = $5, finished_at = $6,
  subject = CASE WHEN $6::timestamptz IS NULL THEN subject END
WHERE id = $1`;
