import { describe, expect, it } from '@jest/globals';

import { readRecipient, waIdOf } from './recipient.ts';

describe(readRecipient.name, () => {
  it.each(['+34612345678', '34612345678', '+34 612-34-56-78', '+34 (612) 345.678'])('reads %s', (to) => {
    expect(readRecipient(to, undefined)).toMatchObject({ input: to, waId: '34612345678' });
  });

  it('knows no number of a person named by user id', () => {
    expect(readRecipient(undefined, 'ES.8415072630091477')).toEqual({
      input: 'ES.8415072630091477',
      waId: undefined,
      userId: 'ES.8415072630091477',
    });
  });

  it('prefers the number when both are given', () => {
    expect(readRecipient('+34612345678', 'ES.8415072630091477').waId).toBe('34612345678');
  });

  it.each([
    ['123456', undefined, '131009'],
    ['+34612345678901234', undefined, '131009'],
    [undefined, '34612345678', '131009'],
    [undefined, undefined, '131008'],
  ])('refuses %s / %s with %s', (to, recipient, code) => {
    expect(() => readRecipient(to, recipient)).toThrow(code);
  });
});

describe(waIdOf.name, () => {
  it.each([
    ['525512345678', '5215512345678'],
    ['541112345678', '5491112345678'],
    ['5491112345678', '5491112345678'],
    ['5551987654321', '555187654321'],
    ['5511987654321', '5511987654321'],
    ['34612345678', '34612345678'],
  ])('knows %s as %s', (dialled, waId) => {
    expect(waIdOf(dialled)).toBe(waId);
  });
});
