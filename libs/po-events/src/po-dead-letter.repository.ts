import { Injectable } from '@nestjs/common';
import { DataSource, IsNull } from 'typeorm';

import { jsonSafe, newId } from '#common';

import { PoDeadLetter } from './entities/po-dead-letter.entity.ts';
import type { DeadLetter } from './transport/dead-letter.ts';

/** A body may have megabytes; a list is shown without them. */
export type ListedDeadLetter = Omit<PoDeadLetter, 'body'>;

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
}
