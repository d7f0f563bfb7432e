import { describe, expect, it } from '@jest/globals';

import { delaySeconds, networkOf } from './attempts.ts';

describe(delaySeconds.name, () => {
  it.each([
    ['account-from-address', [4, 5, 6, 14, 15, 1_000], [0, 1, 2, 512, 900, 900]],
    ['account', [19, 20, 24, 25, 1_000], [0, 1, 16, 30, 30]],
    ['address', [29, 30, 31, 1_000], [0, 1, 2, 900]],
  ] as const)('for an %s, after %j failures, is %j', (of, failures, seconds) => {
    expect(failures.map((count) => delaySeconds(of, count))).toEqual(seconds);
  });
});

describe(networkOf.name, () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['unknown', 'unknown'],
  ])('of %s is %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});
