import { describe, expect, it } from '@jest/globals';

import { idAt, isUuid, leastIdAt, newId, PLATFORM_TENANT_ID } from './ids.ts';

describe(newId.name, () => {
  it('makes ids of version 7 that sort in the order they were made', () => {
    const ids = Array.from({ length: 1_000 }, newId);

    expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    expect(new Set(ids).size).toBe(ids.length);
    expect([...ids].sort()).toEqual(ids);
  });
});

describe(leastIdAt.name, () => {
  it('is not more than any id made since, and less than none made before', () => {
    const before = newId();
    const at = new Date(Date.now() + 1);

    const bound = leastIdAt(at);
    while (new Date() < at);
    const after = newId();

    expect([before, bound, after].sort()).toEqual([before, bound, after]);
    expect(isUuid(bound)).toBe(true);
  });

  it('takes the beginning of time', () => {
    expect(leastIdAt(new Date(0))).toBe('00000000-0000-7000-8000-000000000000');
  });
});

describe(idAt.name, () => {
  it('makes ids that sort among those of their time', () => {
    const days = [3, 1, 2].map((day) => new Date(Date.UTC(2026, 0, day)));
    const ids = days.map(idAt);

    expect([...ids, newId()].sort()).toEqual([ids[1], ids[2], ids[0], expect.any(String)]);
    expect(idAt(days[0]!)).not.toBe(ids[0]);
    expect(isUuid(idAt(new Date(-1)))).toBe(true);
  });
});

describe(isUuid.name, () => {
  it.each([newId(), PLATFORM_TENANT_ID, '0192F0C1-2B3C-4D4E-8F50-6172839405A6'])('takes %s', (value) => {
    expect(isUuid(value)).toBe(true);
  });

  it.each([
    'PO-2024-001',
    '0192f0c12b3c4d4e8f506172839405a6',
    '{0192f0c1-2b3c-4d4e-8f50-6172839405a6}',
    '0192f0c1-2b3c-4d4e-8f50-6172839405a6\n',
    '',
    7,
    undefined,
    ['0192f0c1-2b3c-4d4e-8f50-6172839405a6'],
  ])('refuses %p', (value) => {
    expect(isUuid(value)).toBe(false);
  });
});
