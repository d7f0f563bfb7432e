import 'reflect-metadata';

import { randomBytes } from 'node:crypto';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';

import { newId, SecretBox } from '#common';

import { aDataSource, createTestDatabase, type TestDatabase } from '../../../../test/support/database.ts';
import { MetaApp } from './meta-app.entity.ts';
import { SenderRepository } from './sender.repository.ts';
import { SendingNumber } from './sending-number.entity.ts';

const [OLD_KEY, KEY] = [randomBytes(32), randomBytes(32)];
const APP = { name: 'B', appSecret: 'secret-b', verifyToken: 'verify-b' };

describe(SenderRepository.name, () => {
  let database: TestDatabase;
  let db: DataSource;

  beforeAll(async () => {
    database = await createTestDatabase();
    db = await aDataSource(database.url, [MetaApp, SendingNumber]);
  });

  beforeEach(() => db.query('TRUNCATE meta_apps, sending_numbers'));

  afterAll(async () => {
    await db.destroy();
    await database.drop();
  });

  const under = (...keys: [Buffer, Buffer?]) =>
    new SenderRepository(db, new SecretBox(...keys), { now: () => new Date() });
  const aNumber = (phoneNumberId: string, accessToken: string) => ({
    phoneNumberId,
    tenantId: newId(),
    businessAccountId: '900',
    appId: null,
    accessToken,
    apiVersion: null,
    messagesPerSecond: null,
  });

  it('encrypts everything anew when the key is changed, after which the old one can go', async () => {
    const { id } = (await under(OLD_KEY).createApp(APP))!;
    await under(OLD_KEY).changeApp(id, { appSecret: 'secret-c' });
    await under(OLD_KEY).putNumber(aNumber('200', 'EAAG-b'));

    await under(KEY, OLD_KEY).renewSecrets();

    const [app] = await under(KEY).listApps();
    expect(app).toMatchObject({ appSecret: 'secret-c', previousAppSecret: 'secret-b', verifyToken: 'verify-b' });
    expect(await under(KEY).findNumber('200')).toMatchObject({ accessToken: 'EAAG-b' });
  });

  it('opens no token that was copied from another row', async () => {
    const repository = under(KEY);
    await repository.putNumber(aNumber('200', 'EAAG-b'));
    await repository.putNumber(aNumber('201', 'EAAG-c'));
    await db.query(
      `UPDATE sending_numbers SET access_token = (SELECT access_token FROM sending_numbers WHERE phone_number_id = '201')
       WHERE phone_number_id = '200'`,
    );

    await expect(repository.findNumber('200')).rejects.toThrow('sending_numbers.access_token:200');
    expect(await repository.findNumber('201')).toMatchObject({ accessToken: 'EAAG-c' });
  });
});
