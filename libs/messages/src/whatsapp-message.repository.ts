import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, In } from 'typeorm';

import { GroupCommit, preparedRows } from '#common';

import { MessageEvent } from './entities/message-event.entity.ts';
import { WhatsAppMessage } from './entities/whatsapp-message.entity.ts';
import { INSERT_PENDING, type PendingMessage, toPendingRow, toStored } from './pending-message.ts';

/** Runs inside the transaction that stores messages, so that both are durable together or neither is. */
export type Alongside = (tx: EntityManager, messages: WhatsAppMessage[]) => Promise<void>;

/** Columns that must be equal, and what lists can be narrowed by besides. Undefined means: not asked for. */
export interface MessageFilter {
  equal: Partial<
    Pick<
      WhatsAppMessage,
      'tenantId' | 'status' | 'direction' | 'messageType' | 'templateName' | 'notificationId' | 'batchId' | 'errorCode'
    >
  >;
  /** Any of these. */
  recipientPhones?: string[];
  fromPhones?: string[];
  createdFrom?: Date;
  createdTo?: Date;
  /** Anywhere in the text, the parameters, the name or the number. */
  text?: string;
}

const INTAKE = { largest: 500, mostWaiting: 10_000, gapMs: 12 };

@Injectable()
export class WhatsAppMessageRepository {
  private readonly intake = new GroupCommit(
    (messages: PendingMessage[]) => this.insertPending(this.dataSource, messages),
    INTAKE,
  );

  constructor(private readonly dataSource: DataSource) {}

  /**
   * Commits a PENDING message, together with others that are accepted now; from here it is not lost.
   * @throws AppError 503 `overloaded` when too many wait for their commit.
   */
  createPending(message: PendingMessage): Promise<WhatsAppMessage> {
    return this.intake.add(message);
  }

  /** Commits PENDING messages and whatever must be durable with them, in a transaction of their own. */
  async createPendingWith(messages: PendingMessage[], alongside: Alongside): Promise<WhatsAppMessage[]> {
    return this.dataSource.transaction(async (tx) => {
      const stored = await this.insertPending(tx, messages);
      await alongside(tx, stored);
      return stored;
    });
  }

  async findById(id: string): Promise<WhatsAppMessage | null> {
    return this.dataSource.manager.findOneBy(WhatsAppMessage, { id });
  }

  async findOwn(tenantId: string, id: string): Promise<WhatsAppMessage | null> {
    return this.dataSource.manager.findOneBy(WhatsAppMessage, { tenantId, id });
  }

  /** Whether a tenant has any message at all. */
  async existOf(tenantId: string): Promise<boolean> {
    return this.dataSource.manager.existsBy(WhatsAppMessage, { tenantId });
  }

  /** What was said between a number of ours and somebody, in both directions. Newest first, older than `beforeId`. */
  async listWith(
    {
      tenantId,
      phoneNumberId,
      contactKeys,
    }: Pick<WhatsAppMessage, 'tenantId' | 'phoneNumberId'> & { contactKeys: string[] },
    limit: number,
    beforeId?: string,
  ): Promise<WhatsAppMessage[]> {
    const query = this.dataSource.manager
      .createQueryBuilder(WhatsAppMessage, 'm')
      .where({ tenantId, phoneNumberId, contactKey: In(contactKeys) })
      .orderBy('m.id', 'DESC')
      .limit(limit);
    if (beforeId) query.andWhere('m.id < :beforeId', { beforeId });
    return query.getMany();
  }

  /** What attempts came to, what Meta reported and what was asked for, in the order it was written. */
  async findEvents(messageId: string): Promise<MessageEvent[]> {
    return this.dataSource.manager.find(MessageEvent, { where: { messageId }, order: { createdAt: 'ASC' } });
  }

  /** Newest first, older than `beforeId`. */
  async list(
    { equal, recipientPhones, fromPhones, createdFrom, createdTo, text }: MessageFilter,
    limit: number,
    beforeId?: string,
  ): Promise<WhatsAppMessage[]> {
    const query = this.dataSource.manager.createQueryBuilder(WhatsAppMessage, 'm').orderBy('m.id', 'DESC').limit(limit);
    query.where(Object.fromEntries(Object.entries(equal).filter(([, value]) => value !== undefined)));
    if (recipientPhones) query.andWhere({ recipientPhone: In(recipientPhones) });
    if (fromPhones) query.andWhere({ fromPhone: In(fromPhones) });
    if (createdFrom) query.andWhere('m.createdAt >= :createdFrom', { createdFrom });
    if (createdTo) query.andWhere('m.createdAt < :createdTo', { createdTo });
    if (text)
      query.andWhere(`(${SEARCHED.map((column) => `${column} ILIKE :text`).join(' OR ')})`, { text: contains(text) });
    if (beforeId) query.andWhere('m.id < :beforeId', { beforeId });
    return query.getMany();
  }

  private async insertPending(
    runner: DataSource | EntityManager,
    messages: PendingMessage[],
  ): Promise<WhatsAppMessage[]> {
    const rows = JSON.stringify(messages.map(toPendingRow));
    const [stored] = await preparedRows<{ at: Date }>(runner, INSERT_PENDING, [rows]);
    return messages.map((message) => toStored(message, stored!.at));
  }
}

const SEARCHED = ['CAST(m.content AS text)', 'm.recipientName', 'm.recipientPhone', 'm.fromPhone'];

/** A LIKE pattern in which the caller's `%` and `_` are letters like any other. */
function contains(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`;
}
