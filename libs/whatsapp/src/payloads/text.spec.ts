import { describe, expect, it } from '@jest/globals';

import { readContent } from './read-content.ts';

describe('text messages', () => {
  it('takes a plain string for the body', () => {
    expect(readContent({ type: 'text', text: 'hola' }).content).toEqual({ type: 'text', text: { body: 'hola' } });
  });

  it('counts characters, not UTF-16 units', () => {
    expect(readContent({ text: { body: '😀'.repeat(4096) } }).errors).toEqual([]);
    expect(readContent({ text: { body: '😀'.repeat(4097) } }).errors).toEqual([
      { field: 'text.body', message: 'at most 4096 characters, this has 4097' },
    ]);
  });

  it.each([
    ['', 'text', 'must not be empty'],
    ['a'.repeat(4097), 'text', 'at most 4096 characters, this has 4097'],
    [{ body: '' }, 'text.body', 'must not be empty'],
    [{}, 'text.body', 'is required'],
    [{ body: 7 }, 'text.body', 'must be a string, this is 7'],
    [{ body: null }, 'text.body', 'must be a string, this is null'],
    [{ body: 'a', preview_url: 'yes' }, 'text.preview_url', 'must be true or false, this is "yes"'],
    [{ body: 'a', previewUrl: true }, 'text.previewUrl', 'is not known here; known are body, preview_url'],
    [null, 'text', 'must be an object, this is null'],
    [['a'], 'text', 'must be an object, this is an array'],
    [7, 'text', 'must be an object, this is 7'],
  ])('refuses %j', (text, field, message) => {
    expect(readContent({ type: 'text', text }).errors).toEqual([{ field, message }]);
  });
});
