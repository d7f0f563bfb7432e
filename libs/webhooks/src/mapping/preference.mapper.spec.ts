import { describe, expect, it } from '@jest/globals';

import { toPreferenceItems } from './preference.mapper.ts';

const METADATA = { display_phone_number: '15550783881', phone_number_id: '106540352242922' };
const STOP = { wa_id: '34612345678', category: 'marketing_messages', value: 'stop', timestamp: 1_794_000_000 };
const read = (...user_preferences: unknown[]) =>
  toPreferenceItems({ metadata: METADATA, contacts: [{ wa_id: '34699999999' }], user_preferences }, 'user_preferences');

describe(toPreferenceItems.name, () => {
  it.each([
    ['stop', 'stopped'],
    ['resume', 'resumed'],
    ['signup', 'resumed'],
  ])('reads %s as %s', (value, choice) => {
    expect(read({ ...STOP, value })).toMatchObject([
      {
        kind: 'preference',
        preference: {
          phoneNumberId: METADATA.phone_number_id,
          addresses: ['+34612345678'],
          choice,
          at: new Date(1_794_000_000_000),
        },
      },
    ]);
  });

  it('knows a person by user id alone', () => {
    expect(read({ ...STOP, wa_id: undefined, user_id: 'ES.1' })).toMatchObject([
      { preference: { addresses: ['ES.1'] } },
    ]);
  });

  it.each<[string, unknown]>([
    ['another category', { ...STOP, category: 'calls' }],
    ['another choice', { ...STOP, value: 'maybe' }],
    ['nobody', { ...STOP, wa_id: undefined }],
    ['no time', { ...STOP, timestamp: 'now' }],
    ['junk', null],
  ])('takes %s as unknown, and the others as they are', (_, bad) => {
    expect(read(STOP, bad).map(({ kind }) => kind)).toEqual(['preference', 'unknown']);
  });

  it('takes a list that is none as unknown', () => {
    expect(toPreferenceItems({ metadata: METADATA, user_preferences: 7 }, 'user_preferences')).toMatchObject([
      { kind: 'unknown' },
    ]);
  });
});
