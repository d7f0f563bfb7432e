import { describe, expect, it } from '@jest/globals';

import { bodiesIn, idOf, messagesOf, scheduleOf, type Storm, tenantOf, updatesOf } from './plan.ts';

const STORM: Storm = { number: 1, rate: 500, batch: 10, seconds: 4, duplicates: 0.1 };

describe('the plan of a storm', () => {
  it('keeps the rate, repetitions among it', () => {
    expect(scheduleOf(STORM)).toHaveLength(200);
    expect(bodiesIn(scheduleOf(STORM))).toBe(180);
    expect(bodiesIn(scheduleOf({ ...STORM, duplicates: 0 }))).toBe(200);
  });

  it('repeats nothing before it was sent, and uses every body', () => {
    const sent = new Set<number>();
    for (const body of scheduleOf({ ...STORM, duplicates: 0.5 })) {
      expect(body).toBeLessThanOrEqual(sent.size);
      sent.add(body);
    }
  });

  it('tells each message delivered and later read, once, and fills the bodies', () => {
    const updates = updatesOf(STORM);
    const at = new Map(updates.map(({ message, status }, index) => [`${message} ${status}`, index]));

    expect(updates).toHaveLength(1_800);
    expect(at.size).toBe(1_800);
    for (let message = 0; message < messagesOf(STORM); message += 1) {
      expect(at.get(`${message} read`)).toBeGreaterThan(at.get(`${message} delivered`)!);
    }
  });

  it('has as many messages as a single body each allows, when the bodies are odd in number', () => {
    const odd = { ...STORM, rate: 7, batch: 1, seconds: 1, duplicates: 0 };

    expect(messagesOf(odd)).toBe(3);
    expect(updatesOf(odd)).toHaveLength(6);
  });

  it('names every message of every storm differently, in their order', () => {
    const ids = [STORM, { ...STORM, number: 2 }].flatMap((storm) =>
      Array.from({ length: 1_000 }, (_, message) => idOf(storm, message)),
    );

    expect(new Set(ids).size).toBe(2_000);
    expect(ids.toSorted()).toEqual(ids);
    expect(ids.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/.test(id))).toBe(true);
    expect(tenantOf(STORM)).not.toBe(tenantOf({ ...STORM, number: 2 }));
  });
});
