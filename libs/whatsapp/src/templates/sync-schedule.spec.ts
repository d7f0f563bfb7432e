import { describe, expect, it } from '@jest/globals';

import { SyncSchedule } from './sync-schedule.ts';

const HOUR = 3_600_000;

describe(SyncSchedule.name, () => {
  it('is due once a period, give or take a tenth', () => {
    const schedule = new SyncSchedule(HOUR);
    const due = [0, 0.89, 1.11, 1.12, 1.99, 2.23].map((hours) => schedule.takeDue(['1'], hours * HOUR));

    expect(due).toEqual([[], [], ['1'], [], [], ['1']]);
  });

  it('counts for each account from when it was seen first', () => {
    const schedule = new SyncSchedule(HOUR);
    schedule.takeDue(['1'], 0);
    schedule.takeDue(['1', '2'], 0.5 * HOUR);

    expect(schedule.takeDue(['1', '2', '2'], 1.2 * HOUR)).toEqual(['1']);
    expect(schedule.takeDue(['1', '2', '2'], 1.7 * HOUR)).toEqual(['2']);
  });

  it('forgets an account that is gone', () => {
    const schedule = new SyncSchedule(HOUR);
    schedule.takeDue(['1'], 0);
    schedule.takeDue([], HOUR);

    expect(schedule.takeDue(['1'], 3 * HOUR)).toEqual([]);
  });

  it('does not bring all accounts at the same moment', () => {
    const schedule = new SyncSchedule(HOUR);
    const accounts = Array.from({ length: 100 }, (_, index) => String(index));
    schedule.takeDue(accounts, 0);

    const early = schedule.takeDue(accounts, HOUR).length;

    expect(early).toBeGreaterThan(0);
    expect(early).toBeLessThan(100);
  });

  it('is never due when it is switched off', () => {
    const schedule = new SyncSchedule(0);
    schedule.takeDue(['1'], 0);

    expect(schedule.takeDue(['1'], 1_000 * HOUR)).toEqual([]);
  });
});
