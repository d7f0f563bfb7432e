import { describe, expect, it } from '@jest/globals';

import type { ContactRepository, ErasedPeople, KnownContact } from '#messages';

import { strict } from '../../../../test/factories/strict.ts';
import { MarketingConsentService } from './marketing-consent.service.ts';

const TO = '+34612345678';
const SINCE = new Date('2026-11-25T09:00:00.000Z');

const thatKeep = (refusal: Date | undefined) =>
  strict<ErasedPeople>({ findRefusals: (people) => Promise.resolve(people.map(() => refusal)) });

describe(MarketingConsentService.name, () => {
  /** `refusal`: since when, as it was said before they were erased. */
  const aService = (marketing: KnownContact['marketing'] | undefined, refusal?: Date) =>
    new MarketingConsentService(
      strict<ContactRepository>({
        findByAddresses: () => {
          const contact = { marketing, marketingSince: SINCE, marketingSource: 'BAJA' } as KnownContact;
          return Promise.resolve(new Map(marketing === undefined ? [] : [[TO, contact]]));
        },
      }),
      thatKeep(refusal),
    );

  it('refuses a marketing template to somebody who stopped them, and says since when and by what', async () => {
    await expect(aService('stopped').assertWanted('tenant', TO)).rejects.toMatchObject({
      status: 422,
      code: 'recipient-opted-out',
      errors: [{ field: 'to', message: expect.stringMatching(/2026-11-25T09:00:00\.000Z \(BAJA\)/) }],
    });
  });

  it.each([null, 'resumed', undefined] as const)('lets it go to somebody whose choice is %p', async (choice) => {
    await expect(aService(choice).assertWanted('tenant', TO)).resolves.toBeUndefined();
  });

  it('refuses it as well to somebody who was erased after they stopped them, and said nothing since', async () => {
    const wanted = (marketing: KnownContact['marketing'] | undefined) =>
      aService(marketing, SINCE).assertWanted('tenant', TO);

    await expect(wanted(undefined)).rejects.toMatchObject({ code: 'recipient-opted-out' });
    await expect(wanted(null)).rejects.toMatchObject({ code: 'recipient-opted-out' });
    await expect(wanted('resumed')).resolves.toBeUndefined();
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
      thatKeep(undefined),
    );
    const people = [
      ['one', '+1'],
      ['one', '+2'],
      ['two', '+2'],
    ] as const;

    const outcomes = await Promise.allSettled(people.map(([tenantId, to]) => service.assertWanted(tenantId, to)));

    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(asked).toEqual([
      ['one', ['+1', '+2']],
      ['two', ['+2']],
    ]);
  });
});
