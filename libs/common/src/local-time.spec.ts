import { describe, expect, it } from '@jest/globals';

import { isTimeZone, nextLocal, startOfLocal } from './local-time.ts';

const HOUR_MS = 3_600_000;
const at = (text: string) => new Date(`${text}Z`);

describe(isTimeZone.name, () => {
  it.each(['Europe/Madrid', 'UTC', 'Asia/Kolkata', 'America/Argentina/Buenos_Aires'])('takes %s', (name) => {
    expect(isTimeZone(name)).toBe(true);
  });

  it.each(['', 'Mars/Olympus', '+02:00', 'abc5', 'Europe/Madrid\0', '\ud800'])('refuses %j', (name) => {
    expect(isTimeZone(name)).toBe(false);
  });
});

describe(startOfLocal.name, () => {
  it.each([
    ['Europe/Madrid', '2026-11-26T22:59:59', '2026-11-25T23:00:00'],
    ['Europe/Madrid', '2026-11-26T23:00:00', '2026-11-26T23:00:00'],
    ['Asia/Kolkata', '2026-11-26T18:29:00', '2026-11-25T18:30:00'],
    ['Asia/Kathmandu', '2026-11-26T18:15:00', '2026-11-26T18:15:00'],
    ['America/New_York', '2026-11-26T04:00:00', '2026-11-25T05:00:00'],
    ['UTC', '2026-11-26T12:00:00', '2026-11-26T00:00:00'],
  ])('of the day in %s at %s is %s', (timeZone, moment, start) => {
    expect(startOfLocal('day', at(moment), timeZone)).toEqual(at(start));
  });

  it('of a day whose midnight the clocks skip is the moment they do', () => {
    expect(startOfLocal('day', at('2026-04-24T10:00:00'), 'Africa/Cairo')).toEqual(at('2026-04-23T22:00:00'));
  });

  it('of an hour follows the half hours of a zone', () => {
    expect(startOfLocal('hour', at('2026-11-26T18:29:00'), 'Asia/Kolkata')).toEqual(at('2026-11-26T17:30:00'));
  });
});

describe(nextLocal.name, () => {
  it.each([
    ['2026-03-28T23:00:00', 23],
    ['2026-10-24T22:00:00', 25],
    ['2026-11-25T23:00:00', 24],
  ])('comes after as many hours as the day from %s in Madrid has: %d', (start, hours) => {
    const next = nextLocal('day', at(start), 'Europe/Madrid');

    expect(next.getTime() - at(start).getTime()).toBe(hours * HOUR_MS);
  });

  it('passes every hour of a day whose clocks are set back', () => {
    const hours = [at('2026-10-24T22:00:00')];
    while (hours.at(-1)! < at('2026-10-25T23:00:00')) hours.push(nextLocal('hour', hours.at(-1)!, 'Europe/Madrid'));

    expect(hours).toHaveLength(26);
  });
});
