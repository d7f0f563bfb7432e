import { describe, expect, it } from '@jest/globals';

import type { ContactRepository, KnownContact } from '#messages';

import { strict } from '../../../../test/factories/strict.ts';
import { MarketingConsentService } from './marketing-consent.service.ts';

const TO = '+34612345678';
const SINCE = new Date('2026-11-25T09:00:00.000Z');

describe(MarketingConsentService.name, () => {
  let asked = 0;
  const aService = (marketing: KnownContact['marketing'] | undefined) =>
    new MarketingConsentService(
      strict<ContactRepository>({
        findByAddresses: () => {
          asked += 1;
          const contact = { marketing, marketingSince: SINCE, marketingSource: 'BAJA' } as KnownContact;
          return Promise.resolve(new Map(marketing === undefined ? [] : [[TO, contact]]));
        },
      }),
    );

  it('refuses a marketing template to somebody who stopped them, and says since when and by what', async () => {
    await expect(aService('stopped').assertWanted('tenant', TO, { category: 'MARKETING' })).rejects.toMatchObject({
      status: 422,
      code: 'recipient-opted-out',
      errors: [{ field: 'to', message: expect.stringMatching(/2026-11-25T09:00:00\.000Z \(BAJA\)/) }],
    });
  });

  it.each([null, 'resumed', undefined] as const)('lets it go to somebody whose choice is %p', async (choice) => {
    await expect(aService(choice).assertWanted('tenant', TO, { category: 'MARKETING' })).resolves.toBeUndefined();
  });

  it('asks once for many at the same time, each tenant for its own people', async () => {
    const asked: [string, string[]][] = [];
    const stopped = { marketing: 'stopped', marketingSince: SINCE, marketingSource: 'BAJA' } as KnownContact;
    const service = new MarketingConsentService(
      strict<ContactRepository>({
        findByAddresses: (tenantId, addresses) => {
          asked.push([tenantId, addresses]);
          return Promise.resolve(new Map(tenantId === 'one' ? [['+2', stopped]] : []));
        },
      }),
    );
    const people = [
      ['one', '+1'],
      ['one', '+2'],
      ['two', '+2'],
    ] as const;

    const outcomes = await Promise.allSettled(
      people.map(([tenantId, to]) => service.assertWanted(tenantId, to, { category: 'MARKETING' })),
    );

    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(asked).toEqual([
      ['one', ['+1', '+2']],
      ['two', ['+2']],
    ]);
  });

  it('asks nobody about templates that are no marketing', async () => {
    asked = 0;

    await aService('stopped').assertWanted('tenant', TO, { category: 'UTILITY' });

    expect(asked).toBe(0);
  });
});
