import { describe, expect, it } from '@jest/globals';

import { readContent } from './read-content.ts';

const name = { formatted_name: 'Ana Ruiz', last_name: 'Ruiz' };
const refusals = (contacts: unknown) => readContent({ type: 'contacts', contacts }).errors;

describe('contact messages', () => {
  it('takes 1 to 257 contacts', () => {
    expect(refusals(Array(257).fill({ name }))).toEqual([]);
    expect(refusals(Array(258).fill({ name }))).toEqual([
      { field: 'contacts', message: 'at most 257 contacts, this has 258' },
    ]);
    expect(refusals([{ name, phones: [], urls: [{ url: '', type: '' }] }])).toEqual([]);
    expect(refusals([])).toEqual([{ field: 'contacts', message: 'must not be empty' }]);
  });

  it.each([
    [{ formatted_name: 'Ana' }, 'contacts[0].name'],
    [{ formatted_name: 'Ana', first_name: '' }, 'contacts[0].name'],
    [{ first_name: 'Ana' }, 'contacts[0].name.formatted_name'],
    [undefined, 'contacts[0].name'],
  ])('wants a formatted name and one more part, which %j lacks', (name, field) => {
    expect(refusals([{ name }])).toEqual([{ field, message: expect.any(String) }]);
  });

  it.each(['1999-1-23', '1999-13-01', '23-01-1999', '1999-01-23T00:00'])('refuses the birthday %s', (birthday) => {
    expect(refusals([{ name, birthday }])).toEqual([
      { field: 'contacts[0].birthday', message: `must be a date such as 1999-01-23, this is "${birthday}"` },
    ]);
  });

  it('names a wrong part of the second contact by its whole path', () => {
    const contact = { name, phones: [{ phone: '+34611111111' }, { phone: 34611111111 }], notes: 'x' };

    expect(refusals([{ name }, contact]).map(({ field }) => field)).toEqual([
      'contacts[1].notes',
      'contacts[1].phones[1].phone',
    ]);
  });
});
