import { describe, expect, it } from '@jest/globals';

import { loadConfig } from '#common';

import { SenderDirectory } from './sender.directory.ts';

describe(SenderDirectory.name, () => {
  const config = loadConfig(
    {
      WHATSAPP_ACCESS_TOKEN: 'EAAG-token',
      WHATSAPP_PHONE_NUMBER_ID: '1234567890',
      WHATSAPP_BUSINESS_ACCOUNT_ID: '9876543210',
      WHATSAPP_WEBHOOK_VERIFY_TOKEN: 'open-sesame',
      WHATSAPP_APP_SECRET: '0123456789abcdef',
    },
    { cwd: import.meta.dirname },
  );
  const senders = new SenderDirectory(config);
  const platform = {
    phoneNumberId: '1234567890',
    businessAccountId: '9876543210',
    accessToken: 'EAAG-token',
    appSecret: '0123456789abcdef',
  };

  it('lets the number of the environment speak for the platform, and for a tenant that was never configured', () => {
    expect([senders.forTenant(null), senders.forTenant('0192f0c1-2b3c-7d4e-8f50-6172839405a6')]).toEqual([
      platform,
      platform,
    ]);
  });

  it('finds a number by Meta’s id, and none by another', () => {
    expect([senders.byPhoneNumberId('1234567890'), senders.byPhoneNumberId('5550000000')]).toEqual([
      platform,
      undefined,
    ]);
  });

  it('lists every number that sends', () => {
    expect(senders.all()).toEqual([platform]);
  });

  it('learns the number behind an id, and minds no id that is not ours', () => {
    senders.noteFromPhone('1234567890', '+34600111222');
    senders.noteFromPhone('5550000000', '+34600333444');

    expect(senders.all().map(({ fromPhone }) => fromPhone)).toEqual(['+34600111222']);
  });
});
