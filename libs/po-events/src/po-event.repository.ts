import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, In, QueryFailedError } from 'typeorm';

import { newId, type Removal, removeOlder } from '#common';

import { PoEvent, type PoEventOutcome } from './entities/po-event.entity.ts';
import type { EventHead } from './po-event.reader.ts';

/** What became of an event that was taken. */
export interface Taken {
  outcome: PoEventOutcome;
  reason?: string;
  messageId?: string;
}

/** The inbox. Its unique key settles the race of two deliveries of one event. */
@Injectable()
export class PoEventRepository {
  constructor(private readonly dataSource: DataSource) {}

  async isKnown({ tenantId, identity }: EventHead): Promise<boolean> {
    return this.dataSource.manager.existsBy(PoEvent, { tenantId, identity });
  }

  /**
   * Takes the event, in the caller's transaction where there is one.
   * @throws AlreadyTakenError when another delivery of it was faster; the transaction is lost then.
   */
  async take(head: EventHead, taken: Taken, tx: EntityManager = this.dataSource.manager): Promise<void> {
    const { tenantId, identity, eventType, poId, poNumber } = head;
    try {
      await tx.insert(PoEvent, { id: newId(), tenantId, identity, eventType, poId, poNumber, ...taken });
    } catch (cause) {
      if (isUniqueViolation(cause)) throw new AlreadyTakenError(identity);
      throw cause;
    }
  }

  /** The events that led to these messages. */
  async findOfMessages(messageIds: string[]): Promise<PoEvent[]> {
    return this.dataSource.manager.findBy(PoEvent, { messageId: In(messageIds) });
  }

  /** Removes one batch. Events taken before `time`: a repetition of one of them would be taken again. */
  async removeBefore(time: Date): Promise<Removal> {
    return removeOlder(this.dataSource, 'po_events', time);
  }
}

export class AlreadyTakenError extends Error {
  constructor(identity: string) {
    super(`The event ${identity} was taken before`);
    this.name = AlreadyTakenError.name;
  }
}

function isUniqueViolation(cause: unknown): boolean {
  return cause instanceof QueryFailedError && (cause.driverError as { code?: string }).code === '23505';
}
