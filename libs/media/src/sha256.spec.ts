import { describe, expect, it } from '@jest/globals';

import { readSha256 } from './sha256.ts';

const HEX = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

describe(readSha256.name, () => {
  it.each([
    ['hex', HEX],
    ['hex in capitals', HEX.toUpperCase()],
    ['base64', Buffer.from(HEX, 'hex').toString('base64')],
    ['base64 without its end', Buffer.from(HEX, 'hex').toString('base64').slice(0, -1)],
    ['base64 for URLs', Buffer.from(HEX, 'hex').toString('base64url')],
  ])('reads %s', (_, written) => {
    expect(readSha256(written)).toBe(HEX);
  });

  it.each([undefined, null, 7, '', 'abc', `${HEX}0`, {}, [HEX]])('takes %p for none', (written) => {
    expect(readSha256(written)).toBeUndefined();
  });
});
