import { describe, expect, it } from '@jest/globals';

import type { StatusEvent } from '#messages';

import type { SeenPerson } from './mapping/webhook-item.ts';
import { sightingOfStatus } from './sightings.ts';

const ANA: SeenPerson = {
  phone: '+5215512345678',
  waId: '5215512345678',
  userId: 'MX.1',
  parentUserId: null,
  username: null,
  profileName: 'Ana',
};
const DIALLED = '+525512345678';

describe(sightingOfStatus, () => {
  const event = { occurredAt: new Date(0), error: null } as StatusEvent;
  const stopping = { ...event, error: { code: '131050' } } as StatusEvent;
  const target = { tenantId: 'tenant', contactKey: DIALLED };
  const nobody = () => false;
  const wordingFor = (person: SeenPerson, contactKey = DIALLED) =>
    sightingOfStatus(event, person, { ...target, contactKey }, nobody)[0]!.wording;

  it('tells all that is known of a person, and by which addresses', () => {
    expect(sightingOfStatus(event, ANA, target, nobody)).toEqual([
      {
        tenantId: 'tenant',
        addresses: [
          { address: DIALLED, kind: 'phone' },
          { address: '+5215512345678', kind: 'wa_id' },
          { address: 'MX.1', kind: 'user_id' },
        ],
        left: [],
        wording: wordingFor(ANA),
        attributes: { phone: DIALLED, waId: '5215512345678', userId: 'MX.1', profileName: 'Ana' },
        marketing: null,
        at: new Date(0),
      },
    ]);
  });

  it('has another wording for everything that is otherwise', () => {
    const others = [
      wordingFor(ANA),
      wordingFor(ANA, '+5215512345678'),
      ...(['waId', 'userId', 'parentUserId', 'username', 'profileName'] as const).map((name) =>
        wordingFor({ ...ANA, [name]: 'other' }),
      ),
    ];

    expect(new Set(others).size).toBe(others.length);
  });

  it('tells nothing of who is known in this wording, but that they stopped marketing messages', () => {
    const asked: unknown[] = [];
    const known = (...news: unknown[]) => asked.push(news) > 0;

    expect(sightingOfStatus(event, ANA, target, known)).toEqual([]);
    expect(asked).toEqual([['tenant', DIALLED, wordingFor(ANA)]]);
    expect(sightingOfStatus(stopping, ANA, target, known)).toMatchObject([
      { attributes: { profileName: 'Ana' }, marketing: { choice: 'stopped', source: '131050' } },
    ]);
  });

  it('tells nothing where the status shows nobody', () => {
    expect(sightingOfStatus(event, null, target, nobody)).toEqual([]);
    expect(sightingOfStatus(stopping, null, target, nobody)).toMatchObject([{ addresses: [{ address: DIALLED }] }]);
  });
});
