import { Injectable, Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { DataSource } from 'typeorm';

import { AuditTrail } from '#audit';
import { toAppError } from '#common';
import type { Caller } from '#tenants';

import { type AuditedRequest, callOf, entryOf } from './audited-call.ts';

const MINUTE_MS = 60_000;
/** Of one caller; somebody who tries doors all day must not fill the log. */
const PER_MINUTE = 30;
const CALLERS_REMEMBERED = 1_000;

/** Writes down what callers asked of audited routes and did not get. */
@Injectable()
export class RefusalJournal {
  private readonly logger = new Logger(RefusalJournal.name);
  private readonly counts = new LRUCache<string, { noted: number }>({ max: CALLERS_REMEMBERED, ttl: MINUTE_MS });

  constructor(
    private readonly dataSource: DataSource,
    private readonly trail: AuditTrail,
  ) {}

  /** Never throws: the refusal is answered in any case. */
  async note(request: AuditedRequest, thrown: unknown): Promise<void> {
    const { audited, caller } = request;
    if (!audited || !caller || !this.mayNote(caller)) return;
    const { status, code } = toAppError(thrown);
    const outcome = status < 500 ? 'refused' : 'failed';
    try {
      await this.trail.record(this.dataSource, { ...entryOf(audited, callOf(request, caller), {}), outcome, code });
    } catch (cause) {
      this.logger.error({ message: 'A refusal is not in the audit log', action: audited.action, err: cause });
    }
  }

  private mayNote({ actor }: Caller): boolean {
    const who = `${actor.kind} ${actor.id}`;
    const count = this.counts.get(who) ?? { noted: 0 };
    if (count.noted === 0) this.counts.set(who, count);
    count.noted += 1;
    if (count.noted === PER_MINUTE + 1) {
      this.logger.warn({ message: 'Refusals of a caller are left out of the audit log for a minute', actor });
    }
    return count.noted <= PER_MINUTE;
  }
}
