import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

import { queryRows } from '#common';

import type { DeliveryStatus } from './delivery-status.ts';
import { MessageBatch } from './entities/message-batch.entity.ts';

/** How many messages of a batch are where. */
export type BatchProgress = Record<Exclude<DeliveryStatus, 'RECEIVED'>, number>;

@Injectable()
export class MessageBatchRepository {
  constructor(private readonly dataSource: DataSource) {}

  async create(tx: EntityManager, batch: Omit<MessageBatch, 'createdAt'>): Promise<void> {
    await tx.insert(MessageBatch, batch);
  }

  async findById(id: string): Promise<MessageBatch | null> {
    return this.dataSource.manager.findOneBy(MessageBatch, { id });
  }

  async countProgress(id: string): Promise<BatchProgress> {
    const rows = await queryRows<{ status: keyof BatchProgress; count: number }>(
      this.dataSource,
      'SELECT status, count(*)::int AS count FROM whatsapp_messages WHERE batch_id = $1 GROUP BY status',
      [id],
    );
    const progress = { PENDING: 0, SENT: 0, DELIVERED: 0, READ: 0, FAILED: 0, CANCELLED: 0 };
    for (const { status, count } of rows) progress[status] = count;
    return progress;
  }
}
