import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';

import { AuditTrail } from '#audit';
import { ClientAddress, databaseOptions, forTenant, newId, preparedRows, queryRows, runInRequest } from '#common';
import {
  ContactRepository,
  MessageBatchRepository,
  MessageDecisionRepository,
  MessageEvent,
  WhatsAppMessage,
  WhatsAppMessageRepository,
} from '#messages';
import { migrate, migrations } from '#migrations';

import { ENTITIES } from '../../apps/api/src/entities.ts';
import { aMessage } from '../factories/messages.ts';
import { asAdmin, createTestDatabase, urlOfDatabase } from '../support/database.ts';

/** What has neither a tenant nor a wall, and why. */
const SHARED = {
  whatsapp_templates: 'of a WhatsApp Business Account, which tenants may share',
  template_uses: 'counts of the templates above',
  template_syncs: 'when the templates above were read',
  account_states: 'of numbers and accounts, which tenants may share',
  send_holds: 'of numbers and accounts; callers are told why their messages wait',
  sender_paces: 'of numbers, which tenants may share',
  heard_numbers: 'of numbers, which tenants may share',
  media_uploads: 'Meta’s ids of files by their hash; whose the files are is said in media',
  webhook_queue: 'ids of deliveries, nothing of what they say',
  webhook_listeners: 'processes of ours',
  webhook_witnesses: 'numbers that statuses were heard of',
  api_key_quotas: 'how often keys called, by their ids',
  sessions: 'of people; each is found by its secret',
  sign_in_locks: 'failures, before anybody knows who it is',
  provider_sign_ins: 'begun by nobody who is known yet',
  retention_walks: 'how far the removal of what is old came',
  erased_addresses: 'keyed hashes, asked for by webhooks',
  kept_refusals: 'keyed hashes, asked for by webhooks',
  schema_migrations: 'which migrations ran',
};

type Login = { url: string; end: () => Promise<void> };

async function asSuperuser(): Promise<Login> {
  const database = await createTestDatabase();
  return { url: database.url, end: () => database.drop() };
}

/** Owns its database; by itself, as a careful operator sets it up, it may not make roles. */
async function asOwner(rights = ''): Promise<Login> {
  const name = `palomar_wall_${randomBytes(6).toString('hex')}`;
  const url = new URL(urlOfDatabase(name));
  [url.username, url.password] = [name, 'secret'];
  await asAdmin(async (admin) => {
    await admin.query(`CREATE ROLE ${name} LOGIN PASSWORD 'secret' ${rights}`);
    await admin.query(`CREATE DATABASE ${name} OWNER ${name} TEMPLATE template0`);
  });
  await migrate(url.href);
  const end = () =>
    asAdmin(async (admin) => {
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await admin.query(`DROP ROLE ${name}`);
    });
  return { url: url.href, end };
}

const [OURS, THEIRS] = [newId(), newId()];

describe.each([
  { login: 'a superuser', open: asSuperuser },
  { login: 'an ordinary owner', open: () => asOwner() },
  { login: 'an owner whom no policy binds', open: () => asOwner('BYPASSRLS CREATEROLE') },
])('the wall between tenants, with the login of $login', ({ open }) => {
  let login: Login;
  let db: DataSource;
  let ours: WhatsAppMessage;
  let theirs: WhatsAppMessage;

  beforeAll(async () => {
    login = await open();
    db = await new DataSource({
      ...databaseOptions({ url: login.url, poolSize: 5 }),
      entities: ENTITIES,
      migrations,
    }).initialize();
  });
  beforeEach(async () => {
    await db.query('TRUNCATE whatsapp_messages, message_events');
    ours = await aMessage(db, { tenantId: OURS, batchId: newId() });
    theirs = await aMessage(db, { tenantId: THEIRS, batchId: newId() });
    for (const { id } of [ours, theirs])
      await db.manager.insert(MessageEvent, { messageId: id, type: 'queued', source: 'api', occurredAt: new Date() });
  });
  afterAll(async () => {
    await db?.destroy();
    await login?.end();
  });

  const ALL = 'SELECT id FROM whatsapp_messages ORDER BY id';
  const idsOf = (rows: { id: string }[]) => rows.map(({ id }) => id);
  const read = async (sql = ALL, values?: unknown[]) => idsOf(await queryRows<{ id: string }>(db, sql, values));
  /** In a request whose caller is not known. */
  const unknown = <T>(work: () => Promise<T>) =>
    new Promise<T>((resolve, reject) =>
      runInRequest({ id: 'a-request', request: {} as IncomingMessage }, () => void work().then(resolve, reject)),
    );

  it('stands around every table that has a tenant, and every other one is known to be shared', async () => {
    const tables = await queryRows<{ name: string; has_tenant: boolean; is_walled: boolean }>(
      db,
      `SELECT relname AS name, relrowsecurity AND relforcerowsecurity AND EXISTS (
                SELECT FROM pg_policy WHERE polrelid = t.oid AND polname = 'tenant_wall') AS is_walled,
              EXISTS (SELECT FROM pg_attribute WHERE attrelid = t.oid AND attname = 'tenant_id') AS has_tenant
       FROM pg_class t WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`,
    );

    const open = tables.filter((table) => !table.is_walled);

    expect(tables.filter((table) => table.has_tenant).length).toBeGreaterThan(0);
    expect(open.map(({ name }) => name).sort()).toEqual(Object.keys(SHARED).sort());
    expect(open.filter((table) => table.has_tenant)).toEqual([]);
  });

  it('shows a query that forgets its tenant that tenant’s rows alone', async () => {
    expect(await forTenant(OURS, () => read())).toEqual([ours.id]);
    expect(await forTenant(THEIRS, () => read())).toEqual([theirs.id]);
  });

  it('shows nothing where nobody said whose rows', async () => {
    expect(await unknown(() => read())).toEqual([]);
    expect(await unknown(() => db.transaction((tx) => tx.query(ALL)))).toEqual([]);
  });

  it('lets the audit log follow on from an entry that its tenant does not see', async () => {
    const trail = new AuditTrail(new ClientAddress());
    const actor = { kind: 'system', id: null, name: 'test' } as const;
    for (const tenantId of [OURS, THEIRS])
      await forTenant(tenantId, () => trail.record(db, { tenantId, actor, action: 'note.created' }));

    const links = () => queryRows<{ sequence: string }>(db, 'SELECT sequence FROM audit_entries ORDER BY sequence');

    expect(await forTenant(OURS, links)).toEqual([{ sequence: '1' }]);
    expect(await links()).toEqual([{ sequence: '1' }, { sequence: '2' }]);
  });

  it('shows everything to a connection that is not ours, such as that of an operator', async () => {
    const { driver: _, ...options } = databaseOptions({ url: login.url, poolSize: 1 });
    const other = await new DataSource(options).initialize();

    const rows = await other.query(ALL);

    await other.destroy();
    expect(rows).toHaveLength(2);
  });

  it('shows everything to work that is for nobody in particular', async () => {
    expect(await read()).toEqual([ours.id, theirs.id].sort());
  });

  it('hides what belongs to a message with the message', async () => {
    const events = await forTenant(OURS, () => db.manager.find(MessageEvent));

    expect(events).toEqual([expect.objectContaining({ messageId: ours.id })]);
  });

  it('holds in a transaction, and says the tenant once', async () => {
    const seen = await forTenant(OURS, () =>
      db.transaction(async (tx) => {
        const tenants = await tx.query(`SELECT current_setting('palomar.tenant_id') AS id`);
        return [...tenants, ...(await tx.query(ALL))];
      }),
    );

    expect(idsOf(seen)).toEqual([OURS, ours.id]);
  });

  it('holds for prepared statements, which other tenants run on the same connection', async () => {
    const statement = { name: 'all-messages', text: `${ALL} LIMIT $1` };
    const run = (tenantId: string) => forTenant(tenantId, () => preparedRows<{ id: string }>(db, statement, [10]));

    // Often enough for a plan that serves all values, on each of the two connections.
    for (let round = 0; round < 15; round++) {
      expect(idsOf(await run(OURS))).toEqual([ours.id]);
      expect(idsOf(await run(THEIRS))).toEqual([theirs.id]);
    }
    expect(idsOf(await preparedRows<{ id: string }>(db, statement, [10]))).toHaveLength(2);
  });

  it('still holds after a statement and a transaction that failed', async () => {
    await expect(forTenant(OURS, () => db.query('SELECT 1 / $1::int', [0]))).rejects.toThrow('division by zero');
    await expect(
      forTenant(OURS, () => db.transaction((tx) => tx.query('SELECT * FROM no_such_table'))),
    ).rejects.toThrow('no_such_table');

    expect(await forTenant(THEIRS, () => read())).toEqual([theirs.id]);
    expect(await unknown(() => read())).toEqual([]);
  });

  it('lets many tenants read at once, each its own', async () => {
    const tenants = Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? OURS : THEIRS));

    const seen = await Promise.all(tenants.map((tenantId) => forTenant(tenantId, () => read())));

    expect(seen).toEqual(tenants.map((tenantId) => [tenantId === OURS ? ours.id : theirs.id]));
  });

  it('lets nobody write another tenant’s rows, nor give a row away', async () => {
    const as = <T>(work: () => Promise<T>) => forTenant(OURS, work);

    await expect(as(() => aMessage(db, { tenantId: THEIRS }))).rejects.toThrow('row-level security');
    await expect(as(() => db.manager.update(WhatsAppMessage, { id: ours.id }, { tenantId: THEIRS }))).rejects.toThrow(
      'row-level security',
    );
    expect(await as(() => db.manager.update(WhatsAppMessage, { id: theirs.id }, { priority: 2 }))).toMatchObject({
      affected: 0,
    });
    expect(await as(() => db.manager.delete(WhatsAppMessage, { id: theirs.id }))).toMatchObject({ affected: 0 });
    await expect(
      as(() =>
        db.manager.insert(MessageEvent, { messageId: theirs.id, type: 'x', source: 'api', occurredAt: new Date() }),
      ),
    ).rejects.toThrow('row-level security');
    await as(() => aMessage(db, { tenantId: OURS }));
    expect(await as(() => read())).toHaveLength(2);
  });

  it('stands behind the repositories, whose questions by an id alone find nothing of others', async () => {
    const messages = new WhatsAppMessageRepository(db);
    const decisions = new MessageDecisionRepository(db);
    const batches = new MessageBatchRepository(db);
    const contacts = new ContactRepository(db);
    const ask = (tenantId: string) =>
      forTenant(tenantId, async () => ({
        found: await messages.findById(theirs.id),
        listed: idsOf(await messages.list({ equal: {} }, 10)),
        events: (await messages.findEvents(theirs.id)).length,
        pending: (await batches.countProgress(theirs.batchId!)).PENDING,
        contacts: await contacts.list({}, 10),
        cancelled: await decisions.cancel({ id: theirs.id }),
      }));

    expect(await ask(OURS)).toEqual({
      found: null,
      listed: [ours.id],
      events: 0,
      pending: 0,
      contacts: [],
      cancelled: [],
    });
    expect(await ask(THEIRS)).toMatchObject({
      found: { id: theirs.id },
      listed: [theirs.id],
      events: 1,
      pending: 1,
      cancelled: [theirs.id],
    });
  });

  it('comes down with the migrations and stands again', async () => {
    for (const _ of migrations) await db.undoLastMigration({ transaction: 'each' });
    await migrate(login.url);
    await aMessage(db, { tenantId: THEIRS });
    const own = await aMessage(db, { tenantId: OURS });

    expect(await forTenant(OURS, () => read())).toEqual([own.id]);
  });
});
