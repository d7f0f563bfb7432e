import type { DataSource } from 'typeorm';

import {
  AccountEvent,
  AccountState,
  ContactAddress,
  Conversation,
  ErasedAddress,
  Erasure,
  HeardNumber,
  KeptRefusal,
  KnownContact,
  MessageBatch,
  MessageEvent,
  MessageFallback,
  QueuedDeliveries,
  RetentionWalk,
  SenderPace,
  SendHold,
  SetAsideItem,
  StatisticsChange,
  StatisticsCount,
  TemplateKey,
  TemplateSync,
  TemplateUse,
  WebhookDelivery,
  WebhookListener,
  WebhookWitness,
  WhatsAppMessage,
  WhatsAppTemplate,
} from '#messages';

import { aDataSource, createTestDatabase, type TestDatabase } from '../support/database.ts';

/** The tables of `libs/messages`, for one test file. */
export interface MessageStore {
  db: DataSource;
  /** Forgets every row, so that each test begins with its own. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

export async function aMessageStore(): Promise<MessageStore> {
  const entities = [
    Conversation,
    HeardNumber,
    MessageFallback,
    WhatsAppMessage,
    MessageEvent,
    StatisticsChange,
    StatisticsCount,
    MessageBatch,
    SenderPace,
    SendHold,
    WhatsAppTemplate,
    TemplateUse,
    TemplateKey,
    TemplateSync,
    WebhookDelivery,
    QueuedDeliveries,
    WebhookListener,
    WebhookWitness,
    SetAsideItem,
    RetentionWalk,
    AccountEvent,
    AccountState,
    KnownContact,
    ContactAddress,
    Erasure,
    ErasedAddress,
    KeptRefusal,
  ] as const;
  const database: TestDatabase = await createTestDatabase();
  const db = await aDataSource(database.url, [...entities]);
  const tables = entities.map((entity) => db.getMetadata(entity).tableName).join(', ');
  return {
    db,
    clear: () => db.query(`TRUNCATE ${tables}`),
    close: async () => {
      await db.destroy();
      await database.drop();
    },
  };
}

/** `dispatcher sent`, `webhook delivered`…, in the order they were written. */
export async function timelineOf(db: DataSource, { id }: { id: string }): Promise<string[]> {
  const events = await db.manager.find(MessageEvent, { where: { messageId: id }, order: { createdAt: 'ASC' } });
  return events.map(({ source, type }) => `${source} ${type}`);
}
