import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { assertUtf8Json, jsonDepthExceeds, jsonSafe, storableJson } from './json-safety.ts';

describe(jsonSafe, () => {
  it('replaces what PostgreSQL cannot store, in values and in keys', () => {
    const safe = jsonSafe({ 'k\0': ['a\0b', '\ud83d', '\udc00x'], whole: '😀 ñ' });

    expect(safe).toEqual({ 'k\uFFFD': ['a\uFFFDb', '\uFFFD', '\uFFFDx'], whole: '😀 ñ' });
  });

  it('leaves the original as it was', () => {
    const original = { list: ['a\0'] };

    const safe = jsonSafe(original);

    expect(original).toEqual({ list: ['a\0'] });
    expect(safe.list).not.toBe(original.list);
  });

  it('keeps a key named __proto__ as data', () => {
    const safe = jsonSafe(JSON.parse('{"__proto__":{"admin":true}}'));

    expect(JSON.stringify(safe)).toBe('{"__proto__":{"admin":true}}');
    expect(safe.admin).toBeUndefined();
  });

  it('copies nesting that would overflow a recursive function', () => {
    const depth = 200_000;
    let deep: unknown = 'end\0';
    for (let i = 0; i < depth; i++) deep = [deep];

    let copied = jsonSafe(deep);

    for (let i = 0; i < depth; i++) [copied] = copied as [unknown];
    expect(copied).toBe('end\uFFFD');
  });

  it('changes nothing else in any JSON value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'grapheme' }), (value) => {
        const text = JSON.stringify(value);
        fc.pre(!text.includes('\\u0000'));

        expect(JSON.stringify(jsonSafe(value))).toBe(text);
      }),
    );
  });
});

describe(storableJson, () => {
  it.each<[string, unknown]>([
    ['plain values', { a: [1, 'ñ 😀', null, true], at: new Date(0) }],
    ['a text that only speaks of such characters', { text: String.raw`\u0000 and \ud83d` }],
  ])('writes %s as JSON does', (_, value) => {
    expect(storableJson(value)).toBe(JSON.stringify(value));
  });

  it('replaces what PostgreSQL cannot store, in values and in keys', () => {
    const text = storableJson({ 'k\0': ['a\0b', '\ud83d', '\udc00x'] });

    expect(JSON.parse(text)).toEqual({ 'k\uFFFD': ['a\uFFFDb', '\uFFFD', '\uFFFDx'] });
  });

  it('keeps times beside what it replaces', () => {
    expect(JSON.parse(storableJson({ at: new Date(0), text: '\0' }))).toEqual({
      at: '1970-01-01T00:00:00.000Z',
      text: '\uFFFD',
    });
  });
});

describe(assertUtf8Json, () => {
  it('accepts UTF-8 within the depth', () => {
    expect(() => assertUtf8Json(Buffer.from('{"ñ":["😀"]}'), 2)).not.toThrow();
  });

  it.each([
    ['a byte of Latin-1', Buffer.from('{"a":"\u00f1"}', 'latin1')],
    ['a cut sequence', Buffer.from([0x22, 0xe2, 0x82, 0x22])],
    ['an encoded surrogate', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
    ['an overlong slash', Buffer.from([0x22, 0xc0, 0xaf, 0x22])],
  ])('refuses %s', (_what, body) => {
    expect(() => assertUtf8Json(body, 10)).toThrow(expect.objectContaining({ status: 400, code: 'body-not-utf8' }));
  });

  it('refuses 14 kB of brackets', () => {
    const body = Buffer.from('['.repeat(14_000));

    expect(() => assertUtf8Json(body, 50)).toThrow(expect.objectContaining({ status: 400, code: 'body-too-deep' }));
  });
});

describe(jsonDepthExceeds, () => {
  it.each([
    ['[[1]]', 2, false],
    ['[[1]]', 1, true],
    ['[[],[],{"a":[]}]', 3, false],
    ['[[],[],{"a":[]}]', 2, true],
    ['"[[[["', 0, false],
    ['["[[[[\\"[[[["]', 1, false],
    ['["\\\\",[[]]]', 2, true],
    ['', 0, false],
  ])('says of %j against %d: %p', (text, max, exceeds) => {
    expect(jsonDepthExceeds(text, max)).toBe(exceeds);
  });

  it('agrees with the depth of any JSON value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        const depth = depthOf(JSON.parse(text));

        expect(jsonDepthExceeds(text, depth)).toBe(false);
        expect(jsonDepthExceeds(text, depth - 1)).toBe(depth > 0);
      }),
    );
  });
});

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}
