import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';

import { ClientAddress, forEverybody, newId, runInRequest } from '#common';

import { aDataSource, createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { AuditTrail, type NewAuditEntry } from './audit.trail.ts';
import { AuditEntry } from './audit-entry.entity.ts';
import { verifyChain } from './chain.ts';

const TENANT = '01930000-0000-7000-8000-000000000001';
const trail = new AuditTrail(new ClientAddress());

const anEntry = (change: Partial<NewAuditEntry> = {}): NewAuditEntry => ({
  tenantId: TENANT,
  actor: { kind: 'api-key', id: newId(), name: 'procurement' },
  action: 'api-key.revoked',
  objectId: newId(),
  ...change,
});

describe(AuditTrail.name, () => {
  let database: TestDatabase;
  let db: DataSource;

  beforeAll(async () => {
    database = await createTestDatabase();
    db = await aDataSource(database.url, [AuditEntry]);
  });

  /** What only somebody can who owns the table, and knows of the triggers. */
  async function tamper(sql: string, parameters?: unknown[]): Promise<void> {
    await db.transaction(async (tx) => {
      await tx.query('ALTER TABLE audit_entries DISABLE TRIGGER USER');
      await tx.query(sql, parameters);
      await tx.query('ALTER TABLE audit_entries ENABLE TRIGGER USER');
    });
  }
  const entries = () => db.manager.find(AuditEntry, { order: { sequence: 'ASC' } });
  const record = (change?: Partial<NewAuditEntry>) => trail.record(db, anEntry(change));

  beforeEach(() => tamper('TRUNCATE audit_entries'));

  afterAll(async () => {
    await db?.destroy();
    await database?.drop();
  });

  it('writes who did what to which object, and what changed of it', async () => {
    const entry = anEntry({ before: { id: 'a', state: 'active' }, after: { id: 'a', state: 'revoked' } });

    await trail.record(db, entry);

    expect(await entries()).toEqual([
      expect.objectContaining({
        tenantId: TENANT,
        actorKind: 'api-key',
        actorId: entry.actor.id,
        actorName: 'procurement',
        action: 'api-key.revoked',
        objectKind: 'api-key',
        objectId: entry.objectId,
        before: { state: 'active' },
        after: { state: 'revoked' },
        outcome: 'done',
        code: null,
        requestId: null,
        sequence: '1',
        at: expect.any(Date),
      }),
    ]);
  });

  it('names the request that it was asked by', async () => {
    const request = { socket: { remoteAddress: '203.0.113.7' }, headers: { 'user-agent': 'curl/8' } };

    await new Promise<void>((resolve, reject) =>
      runInRequest(
        { id: 'req-1', request: request as never },
        () => void forEverybody(() => record()).then(resolve, reject),
      ),
    );

    expect(await entries()).toMatchObject([{ requestId: 'req-1', address: '203.0.113.7', userAgent: 'curl/8' }]);
  });

  it('takes whatever characters somebody sent', async () => {
    await record({
      objectId: 'a\0\uD800',
      after: { name: 'b\0\uD800' },
      actor: { kind: 'anonymous', id: null, name: '\0' },
    });

    expect(await entries()).toMatchObject([{ objectId: 'a\uFFFD\uFFFD', after: { name: 'b\uFFFD\uFFFD' } }]);
  });

  it('is undone with the change it tells of', async () => {
    const transaction = db.transaction(async (tx) => {
      await trail.record(tx, anEntry());
      throw new Error('no');
    });

    await expect(transaction).rejects.toThrow('no');
    expect(await entries()).toEqual([]);
  });

  it.each(['UPDATE audit_entries SET action = action', 'DELETE FROM audit_entries', 'TRUNCATE audit_entries'])(
    'cannot be undone afterwards by %s',
    async (sql) => {
      await record();

      await expect(db.query(sql)).rejects.toThrow('audit_entries is append-only');
      expect(await entries()).toHaveLength(1);
    },
  );

  it('cannot be told a sequence, a time or a hash by whoever writes', async () => {
    await db.query(
      `INSERT INTO audit_entries (id, sequence, at, actor_kind, actor_name, action, object_kind, outcome, hash)
       VALUES ($1, 7, '2020-01-01', 'system', 'somebody', 'a.b', 'a', 'done', 'forged')`,
      [newId()],
    );

    expect(await entries()).not.toMatchObject([{ sequence: '7' }]);
    expect(await verifyChain(db)).toMatchObject({ entries: 1, broken: null });
  });

  it('keeps one chain without gaps, however many write at once', async () => {
    await Promise.all(Array.from({ length: 20 }, () => record()));

    const sequences = (await entries()).map(({ sequence }) => Number(sequence));
    expect(sequences).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    expect(await verifyChain(db)).toMatchObject({ entries: 20, broken: null });
  });

  describe(verifyChain.name, () => {
    beforeEach(async () => {
      for (let each = 0; each < 4; each++) await record({ before: { n: each, x: 1.5 }, after: { n: 'é"\\', x: null } });
    });

    it('finds an untouched log in order, and tells its head', async () => {
      const last = (await entries()).at(-1)!;

      expect(await verifyChain(db)).toEqual({ entries: 4, head: { sequence: 4, hash: last.hash }, broken: null });
    });

    it.each([
      `actor_name = 'somebody else'`,
      `tenant_id = NULL`,
      `before = '{}'`,
      `after = NULL`,
      `at = at - interval '1 microsecond'`,
      `outcome = 'refused'`,
      `user_agent = 'x'`,
      `hash = repeat('0', 64)`,
    ])('finds the entry of which somebody set %s', async (change) => {
      await tamper(`UPDATE audit_entries SET ${change} WHERE sequence = 2`);

      const { broken } = await verifyChain(db);

      expect(broken).toEqual({ sequence: 2, reason: expect.stringContaining('changed') });
    });

    it.each([1, 3])('misses entry %d when it was removed', async (sequence) => {
      await tamper('DELETE FROM audit_entries WHERE sequence = $1', [sequence]);

      expect((await verifyChain(db)).broken).toEqual({ sequence, reason: 'it is missing' });
    });

    it('misses the end that was cut off, if its head was noted', async () => {
      const { head } = await verifyChain(db);
      await tamper('DELETE FROM audit_entries WHERE sequence = 4');

      expect((await verifyChain(db)).broken).toBeNull();
      expect((await verifyChain(db, head!)).broken).toEqual({
        sequence: 4,
        reason: expect.stringContaining('cut off'),
      });
    });

    it('knows a log that was written anew by the head that was noted', async () => {
      const { head } = await verifyChain(db);
      await tamper('TRUNCATE audit_entries');
      for (let each = 0; each < 5; each++) await record();

      expect((await verifyChain(db)).broken).toBeNull();
      expect((await verifyChain(db, head!)).broken).toMatchObject({ sequence: 4 });
    });
  });
});
