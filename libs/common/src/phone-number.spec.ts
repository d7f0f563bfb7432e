import 'reflect-metadata';

import { describe, expect, it } from '@jest/globals';
import { validateSync } from 'class-validator';

import { IsE164, parseE164 } from './phone-number.ts';

describe(parseE164, () => {
  it.each([
    ['a Spanish mobile', '+34612345678'],
    ['a number of a shared country code', '+16505551234'],
    ['a number in a range not known to be in use', '+34512345678'],
    ['an Italian landline with its leading 0', '+390612345678'],
    ['a satellite number of no country', '+881612345678'],
    ['a Brazilian number without the added 9', '+551187654321'],
    ['a Mexican number with the 1 of its WhatsApp id', '+5215512345678'],
    ['a Beninese number as long as its WhatsApp id', '+22997123456'],
  ])('accepts %s', (_what, number) => {
    expect(parseE164(number)).toEqual({ ok: true, e164: number });
  });

  it('tells a missing country code from a missing plus', () => {
    expect(parseE164('612345678')).toEqual({
      ok: false,
      message: 'the country code is missing: write it as +<country code>612345678, or set WHATSAPP_DEFAULT_COUNTRY',
    });
    expect(parseE164('34612345678')).toEqual({
      ok: false,
      message: 'the + in front is missing: write +34612345678',
      suggestion: '+34612345678',
    });
  });

  it.each([
    ['+34 612 34 56 78', 'contains spaces'],
    ['+34-612.345/678', 'contains separators such as - . or brackets'],
    ['+34(612)345678', 'contains separators such as - . or brackets'],
    ['+34\u2011612345678', 'contains separators such as - . or brackets'],
    ['0034612345678', 'starts with 00 instead of +'],
    [' +34612345678\n', 'has blanks around it'],
    ['\u202a+34612345678\u202c', 'contains invisible characters'],
    ['+３４６１２３４５６７８', 'contains digits other than 0-9'],
    ['＋34612345678', 'contains a + that is not the usual one'],
    ['+34612345678 ext. 5', 'contains an extension'],
    ['+34612345678;ext=5', 'contains an extension'],
    ['+34612345678x5', 'contains an extension'],
    ['whatsapp:+34612345678', 'starts with "tel:" or "whatsapp:"'],
    ['+340612345678', 'is too long for a phone number of country code +34'],
    ['٣٤٦١٢٣٤٥٦٧٨', 'contains digits other than 0-9, the + in front is missing'],
  ])('names what is wrong with %j', (input, fault) => {
    const parsed = parseE164(input);

    expect(parsed).toMatchObject({ ok: false, message: expect.stringMatching(new RegExp(`^${escaped(fault)}`)) });
  });

  it.each([
    '+34 612 34 56 78',
    '0034 (612) 345-678',
    'tel:+34-612-345-678;ext=12',
    '٣٤٦١٢٣٤٥٦٧٨',
    '\u202a+34612345678\u202c',
  ])('gives the corrected form of %j', (input) => {
    const parsed = parseE164(input);

    expect(parsed).toMatchObject({
      ok: false,
      message: expect.stringMatching(/: write \+34612345678$/),
      suggestion: '+34612345678',
    });
  });

  it('takes out the 0 that is only dialled inside the country', () => {
    expect(parseE164('+44 (0)7911 123456')).toMatchObject({
      message: expect.stringContaining('a prefix that is only dialled inside the country'),
      suggestion: '+447911123456',
    });
  });

  it.each([
    ['', 'is empty: write it as +34612345678'],
    ['   ', 'is empty: write it as +34612345678'],
    ['+', 'contains no digits: write it as +34612345678'],
    ['+34abc', 'contains "a": only + and then digits are allowed'],
    ['+34+612345678', 'contains "+": only + and then digits are allowed'],
    ['+34\ud83d', 'contains "\\ud83d": only + and then digits are allowed'],
    ['+३४', 'contains "३": only + and then digits are allowed'],
    ['+3461234567', 'is too short for a phone number of country code +34'],
    ['+346123456789', 'is too long for a phone number of country code +34'],
    ['+9991234567', 'there is no such country code after the +'],
    [
      '612 34 56 78',
      'contains spaces, the country code is missing: write it as +<country code>612345678, or set WHATSAPP_DEFAULT_COUNTRY',
    ],
    ['6'.repeat(65), 'is too long for a phone number'],
  ])('suggests nothing for %j, and says why', (input, message) => {
    expect(parseE164(input)).toEqual({ ok: false, message });
  });

  it.each([
    [34612345678, 'number'],
    [null, 'null'],
    [undefined, 'undefined'],
    [['+34612345678'], 'array'],
    [{ phone: '+34612345678' }, 'object'],
  ])('refuses %j, which is no string', (input, named) => {
    expect(parseE164(input)).toEqual({ ok: false, message: `must be a string such as "+34612345678", not ${named}` });
  });

  describe('with a default country', () => {
    it.each([
      ['a national number', '612345678', 'ES', '+34612345678'],
      ['a national number with the 0 dialled inside the country', '07911123456', 'GB', '+447911123456'],
      ['a national number of a range not known to be in use', '512345678', 'ES', '+34512345678'],
      ['the country code without plus', '34612345678', 'ES', '+34612345678'],
      ['digits that can only be of another country', '447911123456', 'ES', '+447911123456'],
      ['a full number of another country', '+447911123456', 'ES', '+447911123456'],
    ])('accepts %s', (_what, input, country, e164) => {
      expect(parseE164(input, country)).toEqual({ ok: true, e164 });
    });

    it('does not choose between two readings', () => {
      expect(parseE164('3907087610', 'US')).toEqual({
        ok: false,
        message: 'the + in front is missing: it may mean +13907087610 or +3907087610',
      });
    });

    it('still refuses spaces, and corrects them', () => {
      expect(parseE164('612 34 56 78', 'ES')).toMatchObject({ ok: false, suggestion: '+34612345678' });
    });

    it('refuses a length that the country does not have', () => {
      expect(parseE164('61234567', 'ES')).toEqual({
        ok: false,
        message: 'has no length that numbers of ES have: write it as +<country code><number>',
      });
    });

    it('treats a country that does not exist as none', () => {
      expect(parseE164('612345678', 'XX')).toMatchObject({
        message: expect.stringMatching(/^the country code is missing/),
      });
    });
  });
});

describe(IsE164, () => {
  class Recipient {
    @IsE164()
    to: unknown;
  }

  it('lets an E.164 number pass', () => {
    expect(validateSync(Object.assign(new Recipient(), { to: '+34612345678' }))).toEqual([]);
  });

  it('refuses with the sentence that says how to write it', () => {
    const [error] = validateSync(Object.assign(new Recipient(), { to: '34612345678' }));

    expect(error?.property).toBe('to');
    expect(error?.constraints).toEqual({ isE164: 'the + in front is missing: write +34612345678' });
  });
});

function escaped(text: string): string {
  return text.replace(/[+.*()[\]]/g, '\\$&');
}
