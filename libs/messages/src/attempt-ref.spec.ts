import { describe, expect, it } from '@jest/globals';

import { newId } from '#common';

import { readAttemptRef, writeAttemptRef } from './attempt-ref.ts';

const ID = '0192f0c1-6a7e-7c31-9f57-2b7d2f0a1c55';

describe('the reference of an attempt', () => {
  it.each([1, 12, 999_999_999])('is read as it was written, for attempt %d', (attempt) => {
    const ref = { messageId: newId(), attempt };

    expect(readAttemptRef(writeAttemptRef(ref))).toEqual(ref);
  });

  it('holds the message and the attempt, and nothing else', () => {
    expect(writeAttemptRef({ messageId: ID, attempt: 2 })).toBe(`${ID}/2`);
  });

  it('names the message as the database does, however it comes back', () => {
    expect(readAttemptRef(`${ID.toUpperCase()}/2`)).toEqual({ messageId: ID, attempt: 2 });
  });

  it.each([
    null,
    '',
    'campaign-7',
    'campaign/7',
    ID,
    `${ID}/`,
    `${ID}/0`,
    `${ID}/01`,
    `${ID}/-1`,
    `${ID}/1.5`,
    `${ID}/1e3`,
    `${ID}/1/1`,
    `${ID}/1 `,
    `${ID}/9999999999`,
    `/${ID}/1`,
  ])('is none in the words of other tools: %p', (opaque) => {
    expect(readAttemptRef(opaque)).toBeUndefined();
  });
});
