import { describe, expect, it } from '@jest/globals';

import { currentTenants, forTenant, loadConfig, type TenantScope } from '#common';

import { strict } from '../../../../test/factories/strict.ts';
import type { MetaApp } from './meta-app.entity.ts';
import { SenderDirectory } from './sender.directory.ts';
import type { SenderRepository } from './sender.repository.ts';
import type { SendingNumber } from './sending-number.entity.ts';

const TENANT = '0192f0c1-2b3c-7d4e-8f50-6172839405a6';
const STRANGER = '0192f0c1-2b3c-7d4e-8f50-6172839405a7';
const APP = '0192f0c1-0000-7d4e-8f50-6172839405a6';

const PLATFORM = {
  phoneNumberId: '1234567890',
  businessAccountId: '9876543210',
  appId: null,
  accessToken: 'EAAG-token',
  appSecret: '0123456789abcdef',
};

describe(SenderDirectory.name, () => {
  const config = loadConfig(
    {
      WHATSAPP_ACCESS_TOKEN: PLATFORM.accessToken,
      WHATSAPP_PHONE_NUMBER_ID: PLATFORM.phoneNumberId,
      WHATSAPP_BUSINESS_ACCOUNT_ID: PLATFORM.businessAccountId,
      WHATSAPP_WEBHOOK_VERIFY_TOKEN: 'open-sesame',
      WHATSAPP_APP_SECRET: PLATFORM.appSecret,
      WHATSAPP_APP_SECRET_PREVIOUS: 'the-one-before',
    },
    { cwd: import.meta.dirname },
  );
  const anApp = (change: Partial<MetaApp> = {}) =>
    ({ id: APP, appSecret: 'secret-b', previousAppSecret: null, verifyToken: 'token-b', ...change }) as MetaApp;
  const aNumber = (change: Partial<SendingNumber> = {}) =>
    ({
      phoneNumberId: '200',
      tenantId: TENANT,
      businessAccountId: '900',
      appId: APP,
      accessToken: 'EAAG-b',
      apiVersion: null,
      messagesPerSecond: null,
      ...change,
    }) as SendingNumber;

  async function aDirectory(apps: MetaApp[] = [], numbers: SendingNumber[] = []): Promise<SenderDirectory> {
    const directory = new SenderDirectory(
      config,
      strict<SenderRepository>({
        listApps: () => Promise.resolve(apps),
        listNumbers: () => Promise.resolve(numbers),
      }),
    );
    await directory.reload();
    return directory;
  }

  it('lets the number of the environment speak for the platform, and for a tenant that was never configured', async () => {
    const senders = await aDirectory([anApp()], [aNumber()]);

    expect([senders.forTenant(null), senders.forTenant(STRANGER)]).toEqual([PLATFORM, PLATFORM]);
  });

  it('reads the numbers of all tenants, whoever’s request makes it', async () => {
    const seen: TenantScope[] = [];
    const look = () => {
      seen.push(currentTenants());
      return Promise.resolve([]);
    };
    const directory = new SenderDirectory(config, strict<SenderRepository>({ listApps: look, listNumbers: look }));

    await forTenant(STRANGER, () => directory.reload());

    expect(seen).toEqual(['everybody', 'everybody']);
  });

  it('lets a tenant’s own number speak for it, and of several the oldest', async () => {
    const senders = await aDirectory([anApp()], [aNumber(), aNumber({ phoneNumberId: '201' })]);

    expect(senders.forTenant(TENANT)).toEqual({
      phoneNumberId: '200',
      businessAccountId: '900',
      appId: APP,
      accessToken: 'EAAG-b',
      appSecret: 'secret-b',
    });
  });

  it('finds a number by Meta’s id, and none by another', async () => {
    const senders = await aDirectory([], [aNumber({ appId: null, apiVersion: 'v25.0', messagesPerSecond: 250 })]);

    expect(senders.byPhoneNumberId('1234567890')).toEqual(PLATFORM);
    expect(senders.byPhoneNumberId('200')).toMatchObject({
      appSecret: PLATFORM.appSecret,
      apiVersion: 'v25.0',
      messagesPerSecond: 250,
    });
    expect(senders.byPhoneNumberId('5550000000')).toBeUndefined();
  });

  it('lists every number that sends, and the platform’s once, as the environment has it', async () => {
    const stored = aNumber({ phoneNumberId: PLATFORM.phoneNumberId, accessToken: 'another' });

    const senders = await aDirectory([anApp()], [aNumber(), stored]);

    expect(senders.all().map(({ accessToken }) => accessToken)).toEqual(['EAAG-token', 'EAAG-b']);
  });

  it('knows what each app signs with: the current secret and the one before it', async () => {
    const senders = await aDirectory([anApp({ previousAppSecret: 'secret-a' })]);

    expect(senders.apps()).toEqual([
      { appId: null, secrets: [PLATFORM.appSecret, 'the-one-before'], verifyToken: 'open-sesame' },
      { appId: APP, secrets: ['secret-b', 'secret-a'], verifyToken: 'token-b' },
    ]);
  });

  it('learns the number behind an id, keeps it when it reads again, and minds no id that is not ours', async () => {
    const senders = await aDirectory([anApp()], [aNumber()]);
    senders.noteFromPhone('1234567890', '+34600111222');
    senders.noteFromPhone('200', '+34600555666');
    senders.noteFromPhone('5550000000', '+34600333444');

    await senders.reload();

    expect(senders.all().map(({ fromPhone }) => fromPhone)).toEqual(['+34600111222', '+34600555666']);
  });
});
