import { describe, expect, it } from '@jest/globals';

import { passwordFault } from './password-rules.ts';

const owner = { email: 'ana.garcia@example.com', name: 'Ana García' };

describe(passwordFault.name, () => {
  it.each([
    'doce letras.',
    'caballo grapa pila',
    '🦜'.repeat(6) + '🐢🌵🌋🎻🍋🧲',
    'ña'.repeat(5) + 'xyz',
    'tab\tand\0nul too',
  ])('takes %j', (password) => {
    expect(passwordFault(password, owner)).toBeUndefined();
  });

  it.each([
    ['eleven char', 'must have 12 to 128 characters'],
    ['🦜'.repeat(11), 'must have 12 to 128 characters'],
    ['ab'.repeat(64) + 'c', 'must have 12 to 128 characters'],
    ['half a one \ud800', 'half of a character'],
    ['Password1234!', 'one of the first'],
    ['qwertyuiop12', 'one of the first'],
    ['123456789012', 'one of the first'],
    ['aaaaaaaaaaaa', 'one of the first'],
    ['abc1abc1abc1', 'one of the first'],
    ['ana.garcia2026', 'one of the first'],
    ['AnaGarcía-1990', 'one of the first'],
  ])('refuses %j', (password, why) => {
    expect(passwordFault(password, owner)).toContain(why);
  });
});
