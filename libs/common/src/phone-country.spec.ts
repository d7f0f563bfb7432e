import { describe, expect, it } from '@jest/globals';

import { countryOf } from './phone-country.ts';

describe(countryOf.name, () => {
  it.each([
    ['+34612345678', 'ES'],
    ['+14155550123', 'US'],
    ['+14165550123', 'CA'],
    ['+77012345678', 'KZ'],
    ['+79161234567', 'RU'],
    ['+447797712345', 'JE'],
    ['ES.13491208655302741918', 'ES'],
  ])('tells %s from its beginning', (address, country) => {
    expect(countryOf(address)).toBe(country);
  });

  it.each(['+999', 'somebody', '', '120363000000000000@g.us'])('tells none of %p', (address) => {
    expect(countryOf(address)).toBeUndefined();
  });
});
