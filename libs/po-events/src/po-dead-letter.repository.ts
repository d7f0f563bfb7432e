import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, IsNull } from 'typeorm';

import { jsonSafe, newId, type Removal, removeMentioning, removeOlder, type Stretch } from '#common';

import { PoDeadLetter } from './entities/po-dead-letter.entity.ts';
import type { DeadLetter } from './transport/dead-letter.ts';

/** A body may have megabytes; a list is shown without them. */
export type ListedDeadLetter = Omit<PoDeadLetter, 'body'>;

/** A body need not be UTF-8; what is ASCII stays as it is. */
const SEARCHED = { table: 'po_dead_letters', texts: ["encode(body, 'escape')", 'detail', 'headers::text'] };

@Injectable()
export class PoDeadLetterRepository {
  constructor(private readonly dataSource: DataSource) {}

  async record({ body, reason, detail, routingKey, headers, receivedAt }: DeadLetter): Promise<void> {
    await this.dataSource.manager.insert(PoDeadLetter, {
      id: newId(),
      body,
      reason,
      detail: jsonSafe(detail),
      routingKey: jsonSafe(routingKey),
      headers: jsonSafe(headers) as object,
      receivedAt,
    });
  }

  /** Newest first. */
  async list(limit: number): Promise<ListedDeadLetter[]> {
    return this.dataSource.manager.find(PoDeadLetter, {
      select: {
        id: true,
        reason: true,
        detail: true,
        routingKey: true,
        headers: true,
        receivedAt: true,
        replayedAt: true,
      },
      order: { id: 'DESC' },
      take: limit,
    });
  }

  /** Those never replayed, oldest first. */
  async findWaitingIds(): Promise<string[]> {
    const waiting = await this.dataSource.manager.find(PoDeadLetter, {
      select: { id: true },
      where: { replayedAt: IsNull() },
      order: { id: 'ASC' },
    });
    return waiting.map(({ id }) => id);
  }

  async findById(id: string): Promise<PoDeadLetter | null> {
    return this.dataSource.manager.findOneBy(PoDeadLetter, { id });
  }

  async markReplayed(id: string): Promise<void> {
    await this.dataSource.manager.update(PoDeadLetter, id, { replayedAt: new Date() });
  }

  /** Removes those of one stretch that mention somebody. */
  async removeMentioning(tx: EntityManager, stretch: Stretch, mentions: string[]) {
    return removeMentioning(tx, SEARCHED, stretch, mentions);
  }

  /** Those that mention somebody, oldest first; all that was ever refused are not many. */
  async findMentioning(mentions: string[]): Promise<PoDeadLetter[]> {
    return this.dataSource.manager
      .createQueryBuilder(PoDeadLetter, 'd')
      .where(
        "EXISTS (SELECT FROM unnest(CAST(:mentions AS text[])) AS one WHERE position(one IN encode(d.body, 'escape')) > 0)",
        {
          mentions,
        },
      )
      .orderBy('d.id')
      .getMany();
  }

  /** Removes one batch. Those from before `time`, replayed or not. */
  async removeBefore(time: Date): Promise<Removal> {
    return removeOlder(this.dataSource, 'po_dead_letters', time);
  }
}
