import { describe, expect, it } from '@jest/globals';

import { DEFAULT_OPTIONS } from './defaults.ts';
import { Limits } from './limits.ts';

const OFF = DEFAULT_OPTIONS.limits;

describe(Limits.name, () => {
  it('lets a number send so many in any second, and no more', () => {
    const limits = new Limits({ ...OFF, messagesPerSecond: 2 });
    limits.admit('1', '34600000001', 0);
    limits.admit('1', '34600000002', 900);

    expect(() => limits.admit('1', '34600000003', 999)).toThrow('130429');
    expect(() => limits.admit('2', '34600000003', 999)).not.toThrow();
    expect(() => limits.admit('1', '34600000003', 1_000)).not.toThrow();
    expect(() => limits.admit('1', '34600000003', 1_001)).toThrow('130429');
  });

  it('lends one person 45 messages and takes one back every six seconds', () => {
    const limits = new Limits({ ...OFF, pair: true });
    for (let sent = 0; sent < 45; sent += 1) limits.admit('1', '34600000001', 0);

    expect(() => limits.admit('1', '34600000001', 5_999)).toThrow('131056');
    expect(() => limits.admit('1', '34600000001', 6_000)).not.toThrow();
    expect(() => limits.admit('1', '34600000001', 6_001)).toThrow('131056');
  });

  it('limits nothing by itself', () => {
    const limits = new Limits(OFF);

    expect(() => Array.from({ length: 2_000 }, () => limits.admit('1', '34600000001', 0))).not.toThrow();
  });
});
