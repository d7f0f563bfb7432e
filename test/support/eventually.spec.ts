import { describe, expect, it } from '@jest/globals';

import { eventually } from './eventually.ts';

describe(eventually.name, () => {
  it('repeats an assertion until it passes', async () => {
    let tries = 0;

    await eventually(() => expect((tries += 1)).toBe(3), { intervalMs: 1 });

    expect(tries).toBe(3);
  });

  it('waits for a rejected promise as for a thrown error', async () => {
    const answers = [Promise.reject(new Error('not yet')), Promise.resolve('there')];
    let last: unknown;

    await eventually(async () => void (last = await answers.shift()), { intervalMs: 1 });

    expect(last).toBe('there');
  });

  it('throws the last failure and says how long it was given', async () => {
    const never = eventually(() => expect('PENDING').toBe('SENT'), { timeoutMs: 20, intervalMs: 1 });

    await expect(never).rejects.toThrow(/Received: .*PENDING[^]*still so after 20 ms/);
  });
});
