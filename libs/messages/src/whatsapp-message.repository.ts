import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

import { MessageEvent } from './entities/message-event.entity.ts';
import { WhatsAppMessage } from './entities/whatsapp-message.entity.ts';

/** What is known of a message when it is accepted; the rest has defaults. */
export type NewMessage = Pick<
  WhatsAppMessage,
  'id' | 'tenantId' | 'messageType' | 'phoneNumberId' | 'contactKey' | 'content'
> &
  Partial<WhatsAppMessage>;

/** Runs inside the transaction that stores a message, so that both are durable together or neither is. */
export type Alongside = (tx: EntityManager, message: WhatsAppMessage) => Promise<void>;

/** Columns that must be equal, and what lists can be narrowed by besides. Undefined means: not asked for. */
export interface MessageFilter {
  equal: Partial<
    Pick<
      WhatsAppMessage,
      | 'tenantId'
      | 'status'
      | 'direction'
      | 'messageType'
      | 'recipientPhone'
      | 'fromPhone'
      | 'templateName'
      | 'notificationId'
      | 'batchId'
      | 'errorCode'
    >
  >;
  createdFrom?: Date;
  createdTo?: Date;
  /** Anywhere in the text, the parameters, the name or the number. */
  text?: string;
}

@Injectable()
export class WhatsAppMessageRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Commits a PENDING message, its first timeline line and whatever must be durable with it. From here nothing is lost. */
  async createPending(message: NewMessage, alongside?: Alongside): Promise<WhatsAppMessage> {
    return this.dataSource.transaction(async (tx) => {
      const stored = tx.create(WhatsAppMessage, { ...message, direction: 'outbound', status: 'PENDING' });
      await tx.insert(WhatsAppMessage, stored as object);
      await tx.insert(MessageEvent, {
        messageId: stored.id,
        type: 'accepted',
        source: 'api',
        occurredAt: stored.createdAt,
      });
      await alongside?.(tx, stored);
      return stored;
    });
  }

  /** Stores an inbound message inside the caller's transaction; false when it was stored before. */
  async createReceived(tx: EntityManager, message: NewMessage): Promise<boolean> {
    const received = tx.create(WhatsAppMessage, { ...message, direction: 'inbound', status: 'RECEIVED' });
    // Two processes may apply two deliveries of it at once: only the index knows who was first.
    const inserted = await tx
      .createQueryBuilder()
      .insert()
      .into(WhatsAppMessage)
      .values(received as object)
      .orIgnore()
      .execute();
    const [row] = inserted.raw as { created_at: Date }[];
    if (!row) return false;
    await tx.insert(MessageEvent, {
      messageId: message.id,
      type: 'received',
      source: 'webhook',
      occurredAt: row.created_at,
    });
    return true;
  }

  async findById(id: string): Promise<WhatsAppMessage | null> {
    return this.dataSource.manager.findOneBy(WhatsAppMessage, { id });
  }

  async findOwn(tenantId: string, id: string): Promise<WhatsAppMessage | null> {
    return this.dataSource.manager.findOneBy(WhatsAppMessage, { tenantId, id });
  }

  async findTimeline(messageId: string): Promise<MessageEvent[]> {
    return this.dataSource.manager.find(MessageEvent, { where: { messageId }, order: { id: 'ASC' } });
  }

  /** Newest first, older than `beforeId`. */
  async list(
    { equal, createdFrom, createdTo, text }: MessageFilter,
    limit: number,
    beforeId?: string,
  ): Promise<WhatsAppMessage[]> {
    const query = this.dataSource.manager.createQueryBuilder(WhatsAppMessage, 'm').orderBy('m.id', 'DESC').limit(limit);
    query.where(Object.fromEntries(Object.entries(equal).filter(([, value]) => value !== undefined)));
    if (createdFrom) query.andWhere('m.createdAt >= :createdFrom', { createdFrom });
    if (createdTo) query.andWhere('m.createdAt < :createdTo', { createdTo });
    if (text)
      query.andWhere(`(${SEARCHED.map((column) => `${column} ILIKE :text`).join(' OR ')})`, { text: contains(text) });
    if (beforeId) query.andWhere('m.id < :beforeId', { beforeId });
    return query.getMany();
  }

  /** The tenant that last wrote to this person from this number: whose an answer is. */
  async findTenantInTouchWith(
    tx: EntityManager,
    phoneNumberId: string,
    contactKey: string,
  ): Promise<string | undefined> {
    const last = await tx.findOne(WhatsAppMessage, {
      select: { tenantId: true },
      where: { phoneNumberId, contactKey, direction: 'outbound' },
      order: { id: 'DESC' },
    });
    return last?.tenantId;
  }
}

const SEARCHED = ['CAST(m.content AS text)', 'm.recipientName', 'm.recipientPhone', 'm.fromPhone'];

/** A LIKE pattern in which the caller's `%` and `_` are letters like any other. */
function contains(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`;
}
