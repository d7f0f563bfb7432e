import { describe, expect, it } from '@jest/globals';

import { BoundedLog } from './bounded-log.ts';

describe(BoundedLog.name, () => {
  it('keeps the newest, in the order they came', () => {
    const log = new BoundedLog<number>(4);

    for (let item = 1; item <= 100; item += 1) log.add(item);

    expect(log.newest(10)).toEqual([97, 98, 99, 100]);
    expect(log.newest(2)).toEqual([99, 100]);
    expect(log.newest(0)).toEqual([]);
    expect(log.count).toBe(100);
  });
});
