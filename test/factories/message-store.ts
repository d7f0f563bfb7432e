import type { DataSource } from 'typeorm';

import {
  MessageAttempt,
  MessageEvent,
  SetAsideItem,
  WebhookDelivery,
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
    WhatsAppMessage,
    MessageAttempt,
    MessageEvent,
    WhatsAppTemplate,
    WebhookDelivery,
    SetAsideItem,
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

/** `webhook delivered`, `dispatcher sending`…, in the order they were written. */
export async function timelineOf(db: DataSource, { id }: { id: string }): Promise<string[]> {
  const events = await db.manager.find(MessageEvent, { where: { messageId: id }, order: { id: 'ASC' } });
  return events.map(({ source, type }) => `${source} ${type}`);
}
