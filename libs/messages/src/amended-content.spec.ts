import { describe, expect, it } from '@jest/globals';

import { amendContent, type Amendment } from './amended-content.ts';

const at = (second: number): Date => new Date(1_794_000_000_000 + second * 1_000);
const said = (body: string) => ({ type: 'text', text: { body } });
const edit = (second: number, body: string): Amendment => ({
  kind: 'edited',
  originalId: 'wamid.1',
  id: `wamid.edit-${second}`,
  at: at(second),
  message: said(body),
});
const revoke = (second: number): Amendment => ({
  kind: 'revoked',
  originalId: 'wamid.1',
  id: `wamid.revoke-${second}`,
  at: at(second),
  message: null,
});
const ORIGINAL = { ...said('first'), context: { id: 'wamid.0' } };

describe(amendContent.name, () => {
  it('shows what a message reads now, and keeps what it read before', () => {
    expect(amendContent(ORIGINAL, edit(1, 'second'))).toEqual({
      ...said('second'),
      context: { id: 'wamid.0' },
      original: said('first'),
      edits: [{ id: 'wamid.edit-1', at: at(1).toISOString(), message: said('second') }],
    });
  });

  it('keeps what a revoked message said', () => {
    expect(amendContent(ORIGINAL, revoke(1))).toEqual({
      ...ORIGINAL,
      revoked: { id: 'wamid.revoke-1', at: at(1).toISOString() },
    });
  });

  it('gives one content for every order and repetition', () => {
    const told = [edit(1, 'second'), edit(2, 'third'), revoke(3)];
    const results = permutations(told).flatMap((order) =>
      [order, [...order, ...order]].map((each) => each.reduce(amendContent, ORIGINAL as Record<string, unknown>)),
    );

    expect(results[0]).toMatchObject({ ...said('third'), original: said('first'), revoked: { id: 'wamid.revoke-3' } });
    for (const result of results) expect(result).toEqual(results[0]);
  });

  it('may change the kind of a message', () => {
    const image = { type: 'image', image: { id: '1', caption: 'new' } };

    const amended = amendContent(ORIGINAL, { ...edit(1, ''), message: image });

    expect(amended).toMatchObject({ ...image, original: said('first') });
    expect(amended).not.toHaveProperty('text');
  });

  it.each([null, {}, { type: 'text' }, { type: '__proto__' }, { type: 7 }])(
    'goes on reading as it did when the edit says %j',
    (message) => {
      expect(amendContent(ORIGINAL, { ...edit(1, ''), message })).toMatchObject(ORIGINAL);
    },
  );
});

function permutations<T>(items: T[]): T[][] {
  if (items.length <= 1) return [items];
  return items.flatMap((item, index) =>
    permutations([...items.slice(0, index), ...items.slice(index + 1)]).map((rest) => [item, ...rest]),
  );
}
