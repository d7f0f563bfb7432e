import { describe, expect, it } from '@jest/globals';

import type { AppConfig } from '#common';

import { strict } from '../../../../test/factories/strict.ts';
import { WINDOW_MS } from './quota.ts';
import { Strangers } from './strangers.ts';

const HOME = '192.0.2.1';

describe(Strangers.name, () => {
  function someStrangers(perStranger: number) {
    let now = Date.now();
    const config = strict<AppConfig>({ requestLimits: { perKey: 0, perStranger } });
    const strangers = new Strangers(config, { now: () => new Date(now) });
    return { strangers, pass: (ms: number) => void (now += ms) };
  }

  it('counts what comes from an address for a minute, each address alone', () => {
    const { strangers, pass } = someStrangers(2);
    const remaining = () => strangers.quotaOf(HOME)?.remaining;

    const counted = [remaining()];
    for (let each = 0; each < 3; each++) {
      strangers.note(HOME);
      counted.push(remaining());
    }
    pass(WINDOW_MS - 1);
    counted.push(remaining());
    const elsewhere = strangers.quotaOf('192.0.2.2')?.remaining;
    pass(1);

    expect([counted, elsewhere, remaining()]).toEqual([[2, 1, 0, 0, 0], 2, 2]);
  });

  it('says how long it is until the minute is over', () => {
    const { strangers, pass } = someStrangers(2);
    strangers.note(HOME);

    pass(10_000);

    expect(strangers.quotaOf(HOME)).toEqual({ policy: 'address', limit: 2, remaining: 1, resetMs: WINDOW_MS - 10_000 });
  });

  it('limits nobody where the limit is 0', () => {
    expect(someStrangers(0).strangers.quotaOf(HOME)).toBeUndefined();
  });
});
