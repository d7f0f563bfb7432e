import { describe, expect, it } from '@jest/globals';

import { aJpeg, aPdf } from '../../../../test/factories/files.ts';
import { judgeType } from './declared-type.ts';

describe(judgeType.name, () => {
  it.each([
    ['image/jpeg', aJpeg()],
    ['application/pdf', aPdf()],
    ['text/plain', Buffer.from('Hola')],
    ['application/zip', Buffer.from('anything')],
  ])('believes %s where the bytes do not speak against it', (declared, head) => {
    expect(judgeType(declared, head)).toEqual({ mimeType: declared, reason: null });
  });

  it.each([
    ['image/jpeg', aPdf(), 'application/pdf'],
    ['application/pdf', aJpeg(), 'image/jpeg'],
    ['image/png', Buffer.from('<svg onload="alert(1)">'), 'application/octet-stream'],
    ['text/plain', Buffer.from([0, 1, 2]), 'application/octet-stream'],
  ])('calls what was declared as %s by what it is, and says so', (declared, head, mimeType) => {
    expect(judgeType(declared, head)).toEqual({
      mimeType,
      reason: expect.stringContaining(`Declared as ${declared}`),
    });
  });
});
