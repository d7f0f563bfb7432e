import { describe, expect, it } from '@jest/globals';

import { phoneSpellings } from './phone-spellings.ts';

describe(phoneSpellings.name, () => {
  it.each([
    ['Mexico, with and without 1', '+5215512345678', '+525512345678'],
    ['Argentina, with and without 9', '+5491123456789', '+541123456789'],
    ['Brazil, with and without the ninth digit', '+5511987654321', '+551187654321'],
    ['Benin, with and without 01', '+2290197123456', '+22997123456'],
  ])('knows both of %s, from either side', (_, one, other) => {
    expect(phoneSpellings(one)).toEqual([one, other]);
    expect(phoneSpellings(other)).toEqual([other, one]);
  });

  it.each([
    ['a Spanish mobile', '+34612345678'],
    ['a Brazilian landline', '+551133334444'],
    ['a Mexican number that is too short', '+52551234567'],
    ['an American number that looks like it', '+15215512345'],
    ['a user id', 'ES.13491208655302741918'],
  ])('leaves %s alone', (_, phone) => {
    expect(phoneSpellings(phone)).toEqual([phone]);
  });
});
