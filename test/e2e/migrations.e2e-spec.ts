import { randomBytes } from 'node:crypto';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';

import { databaseOptions, queryRows } from '#common';
import { migrate, migrations } from '#migrations';

import { ENTITIES } from '../../apps/api/src/entities.ts';
import { aMessage } from '../factories/messages.ts';
import { asAdmin, urlOfDatabase } from '../support/database.ts';

describe('the migrations', () => {
  let name: string;
  let url: string;
  let db: DataSource;

  beforeEach(async () => {
    name = `palomar_migrations_${randomBytes(6).toString('hex')}`;
    url = urlOfDatabase(name);
    await asAdmin((admin) => admin.query(`CREATE DATABASE "${name}" TEMPLATE template0`));
    db = await new DataSource({
      ...databaseOptions({ url, poolSize: 2 }),
      entities: ENTITIES,
      migrations,
    }).initialize();
  });

  afterEach(async () => {
    await db?.destroy();
    await asAdmin((admin) => admin.query(`DROP DATABASE "${name}" WITH (FORCE)`));
  });

  /** What TypeORM would run to make the schema equal to the entities. */
  const differences = async () => {
    const { upQueries } = await db.driver.createSchemaBuilder().log();
    return upQueries.map(({ query }) => query);
  };

  /** Tables, types and indexes beside TypeORM's own table of what ran. */
  const objects = async () => {
    const rows = await queryRows<{ name: string }>(
      db,
      `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace
       UNION SELECT typname FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype = 'e' ORDER BY 1`,
    );
    return rows.map((row) => row.name).filter((one) => !one.startsWith('schema_migrations'));
  };

  const columnsOf = async (table: string) => {
    const rows = await queryRows<{ name: string; type: string }>(
      db,
      `SELECT attname AS name, format_type(atttypid, NULL) AS type FROM pg_attribute
       WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped`,
      [table],
    );
    return Object.fromEntries(rows.map((column) => [column.name, column.type]));
  };

  const labelsOf = async (type: string) => {
    const rows = await queryRows<{ label: string }>(db, `SELECT unnest(enum_range(NULL::${type}))::text AS label`);
    return rows.map(({ label }) => label);
  };

  it('run up, down to nothing, and up again, and then match the entities', async () => {
    const first = await migrate(url);
    const built = await objects();
    for (const _ of migrations) await db.undoLastMigration({ transaction: 'each' });
    const left = await objects();
    const second = await migrate(url);

    expect(first).toEqual(migrations.map((migration) => migration.name));
    expect(built.length).toBeGreaterThan(0);
    expect(left).toEqual([]);
    expect(second).toEqual(first);
    expect(await objects()).toEqual(built);
    expect(await differences()).toEqual([]);
  });

  it('are told apart from entities that changed without them', async () => {
    await migrate(url);
    await db.query('ALTER TABLE whatsapp_messages DROP COLUMN recipient_name');

    expect(await differences()).toEqual([expect.stringMatching(/ADD "recipient_name"/)]);
  });

  it('run once when replicas start together', async () => {
    const ran = await Promise.all([migrate(url), migrate(url), migrate(url)]);

    expect(ran.flat()).toEqual(migrations.map((migration) => migration.name));
    expect(await differences()).toEqual([]);
  });

  it('have nothing to do the second time', async () => {
    await migrate(url);

    expect(await migrate(url)).toEqual([]);
  });

  describe('give operators', () => {
    beforeEach(() => migrate(url));

    it('the columns of whatsapp_messages that they query', async () => {
      expect(await columnsOf('whatsapp_messages')).toMatchObject({
        id: 'uuid',
        tenant_id: 'uuid',
        notification_id: 'uuid',
        whatsapp_message_id: 'character varying',
        recipient_phone: 'character varying',
        message_type: 'whatsapp_message_type',
        status: 'whatsapp_message_status',
        template_name: 'character varying',
        template_parameters: 'jsonb',
        sent_at: 'timestamp with time zone',
        delivered_at: 'timestamp with time zone',
        read_at: 'timestamp with time zone',
        error_message: 'text',
        provider_response: 'jsonb',
        metadata: 'jsonb',
        created_at: 'timestamp with time zone',
        updated_at: 'timestamp with time zone',
      });
      expect(await labelsOf('whatsapp_message_status')).toEqual([
        'PENDING',
        'SENT',
        'DELIVERED',
        'READ',
        'FAILED',
        'CANCELLED',
        'RECEIVED',
      ]);
      expect(await labelsOf('whatsapp_message_type')).toEqual(
        expect.arrayContaining([
          'TEMPLATE',
          'TEXT',
          'IMAGE',
          'AUDIO',
          'VIDEO',
          'DOCUMENT',
          'STICKER',
          'LOCATION',
          'CONTACTS',
          'INTERACTIVE',
          'REACTION',
        ]),
      );
    });

    it('the columns of whatsapp_templates that they query', async () => {
      expect(await columnsOf('whatsapp_templates')).toMatchObject({
        id: 'uuid',
        template_name: 'character varying',
        template_key: 'character varying',
        category: 'character varying',
        language: 'character varying',
        status: 'character varying',
        body_text: 'text',
        parameter_count: 'integer',
        sent_count: 'integer',
        is_active: 'boolean',
      });
    });

    it('the newest messages with what became of them', async () => {
      await aMessage(db, { status: 'SENT', createdAt: new Date('2026-11-01T10:00:00Z') });
      const newest = await aMessage(db, {
        status: 'FAILED',
        recipientPhone: '+34612345678',
        templateName: 'po_notification',
        errorMessage: 'Not on WhatsApp',
        createdAt: new Date('2026-11-02T10:00:00Z'),
      });

      const rows: unknown = await db.query(
        `SELECT id, recipient_phone, status, template_name, sent_at, delivered_at, error_message
         FROM whatsapp_messages ORDER BY created_at DESC LIMIT 10`,
      );

      expect(rows).toHaveLength(2);
      expect((rows as unknown[])[0]).toEqual({
        id: newest.id,
        recipient_phone: '+34612345678',
        status: 'FAILED',
        template_name: 'po_notification',
        sent_at: null,
        delivered_at: null,
        error_message: 'Not on WhatsApp',
      });
    });
  });
});
