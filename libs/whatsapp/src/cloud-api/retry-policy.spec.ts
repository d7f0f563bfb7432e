import { describe, expect, it } from '@jest/globals';

import { adviceFor } from './error-advice.ts';
import { nextAttemptDelayMs } from './retry-policy.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const longest = () => 1;
const shortest = () => 0;

const delays = (code: number, attempts: number[], random = longest) =>
  attempts.map((made) => nextAttemptDelayMs(adviceFor({ code }), made, random));

describe(nextAttemptDelayMs.name, () => {
  it('doubles the pause of a passing fault from one second to five minutes', () => {
    expect(delays(2, [1, 2, 3, 4])).toEqual([1, 2, 4, 8].map((seconds) => seconds * SECOND));
    expect(nextAttemptDelayMs('not-sent', 20, longest)).toBe(5 * MINUTE);
  });

  it('leaves the whole pause of a passing fault to chance', () => {
    expect(delays(2, [5], shortest)).toEqual([0]);
    expect(delays(2, [5], () => 0.5)).toEqual([8 * SECOND]);
  });

  it('gives a passing fault up after eight attempts', () => {
    expect(delays(131016, [7, 8, 9])).toEqual([64 * SECOND, null, null]);
  });

  it('gives up sooner where Meta may mean that the request is wrong', () => {
    expect(delays(1, [2, 3])).toEqual([2 * SECOND, null]);
    expect(delays(135000, [1, 2])).toEqual([SECOND, null]);
  });

  it('never gives up on what was not sent', () => {
    expect(nextAttemptDelayMs('not-sent', 1, longest)).toBe(SECOND);
    expect(nextAttemptDelayMs('not-sent', 5_000, longest)).toBe(5 * MINUTE);
  });

  it('holds a throttled number for seconds at first, for minutes if it goes on, and never gives up', () => {
    expect(delays(130429, [1, 2, 3, 7, 5_000])).toEqual([5, 10, 20, 300, 300].map((seconds) => seconds * SECOND));
  });

  it('does not come back from throttling before half of the pause', () => {
    expect(delays(130429, [1, 2], shortest)).toEqual([2.5 * SECOND, 5 * SECOND]);
  });

  it('takes the pause that the code itself asks for', () => {
    expect(delays(131057, [1, 2])).toEqual([MINUTE, 2 * MINUTE]);
    expect(delays(132069, [1, 2])).toEqual([6 * MINUTE, 6 * MINUTE]);
    expect(delays(131048, [1, 50])).toEqual([60 * MINUTE, 60 * MINUTE]);
  });

  it('waits four to the power of n seconds for one person, an hour at most', () => {
    expect(delays(131056, [1, 2, 3, 4, 5], shortest)).toEqual([1, 4, 16, 64, 256].map((seconds) => seconds * SECOND));
    expect(delays(131056, [7, 5_000])).toEqual([60 * MINUTE, 60 * MINUTE]);
  });

  it('asks once a minute, without end, whether a stopped scope works again', () => {
    expect(delays(190, [1, 2, 5_000], shortest)).toEqual([MINUTE, MINUTE, MINUTE]);
  });

  it.each([
    ['WAIT', 131049],
    ['BAD', 132000],
    ['USER', 131026],
    ['an unknown code that looks final', 987654],
  ])('does not repeat %s (code %i)', (_class, code) => {
    expect(delays(code, [1])).toEqual([null]);
  });

  it('draws its own chance when none is given', () => {
    const delay = nextAttemptDelayMs('not-sent', 3);

    expect(delay).toBeGreaterThanOrEqual(0);
    expect(delay).toBeLessThanOrEqual(4 * SECOND);
  });
});
