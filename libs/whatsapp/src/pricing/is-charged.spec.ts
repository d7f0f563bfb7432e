import { describe, expect, it } from '@jest/globals';

import { isCharged } from './is-charged.ts';

describe(isCharged.name, () => {
  it.each([
    [{ type: 'regular', billable: true }, true],
    [{ type: 'free_customer_service', billable: false }, false],
    [{ type: 'free_entry_point' }, false],
    [{ type: 'free_of_something_new' }, false],
    [{ type: 'something_new' }, true],
    [{ model: 'CBP', billable: false }, false],
    [{ model: 'CBP', billable: true }, true],
    [{}, true],
  ])('of %j is %s', (pricing, expected) => {
    expect(isCharged(pricing)).toBe(expected);
  });
});
