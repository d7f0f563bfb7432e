import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import parsePhoneNumber, { getCountries, getCountryCallingCode } from 'libphonenumber-js/max';

import { isPlainlyPossible } from './numbering-plans.ts';

const codes = fc.constantFrom(...new Set(getCountries().map((country) => getCountryCallingCode(country))));
const digits = (minLength: number, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength, maxLength });

describe(isPlainlyPossible, () => {
  it.each(['+34612345678', '+5511987654321', '+4915112345678', '+351912345678'])('is sure of %s', (e164) => {
    expect(isPlainlyPossible(e164)).toBe(true);
  });

  it.each([
    ['too long', '+3461234567890'],
    ['with what is dialled inside the country only', '+55011987654321'],
    ['of a code that countries share', '+16505551234'],
    ['of no country', '+881612345678'],
    ['of an unknown code', '+999123456789'],
    ['without digits', '+'],
  ])('leaves to the library one %s', (_what, e164) => {
    expect(isPlainlyPossible(e164)).toBe(false);
  });

  it('is sure of nothing that the library reads otherwise, in any country', () => {
    let sure = 0;
    fc.assert(
      fc.property(codes, digits(0, 17), (code, national) => {
        const e164 = `+${code}${national}`;
        if (!isPlainlyPossible(e164)) return;
        sure += 1;
        const parsed = parsePhoneNumber(e164);

        expect(parsed?.isPossible()).toBe(true);
        expect(parsed?.number).toBe(e164);
      }),
      { numRuns: 5_000 },
    );

    expect(sure).toBeGreaterThan(100);
  });
});
