import { describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';

import type { AppConfig, Clock, Role } from '#common';

import { strict } from '../../../../test/factories/strict.ts';
import { RetentionJob } from './retention.job.ts';
import type { RetentionRule } from './retention.rules.ts';

Logger.overrideLogger(false);

const NOW = new Date('2026-11-21T09:00:00.000Z');

function aJob(all: RetentionRule[], roles: Role[] = ['dispatcher']) {
  const config = { roles: new Set(roles) } as unknown as AppConfig;
  return new RetentionJob(config, strict<Clock>({ now: () => NOW }), { all });
}

/** Has so many rows to remove, and two go at once. */
function aRule(what: string, days: number | undefined, rows: number) {
  const asked: Date[] = [];
  let left = rows;
  const remove: RetentionRule['remove'] = (time) => {
    asked.push(time);
    const removed = Math.min(left, 2);
    left -= removed;
    return Promise.resolve({ removed, more: removed === 2 });
  };
  return { rule: { what, days, remove }, asked };
}

describe(RetentionJob.name, () => {
  it('removes one batch of each kind that is older than it is kept, and says when there is more', async () => {
    const [messages, media] = [aRule('messages', 20, 3), aRule('media', 365, 1)];
    const job = aJob([messages.rule, media.rule]);

    const more = [await job.step(), await job.step()];

    expect(more).toEqual([true, false]);
    expect(messages.asked).toEqual(Array(2).fill(new Date('2026-11-01T09:00:00.000Z')));
    expect(media.asked[0]).toEqual(new Date('2025-11-21T09:00:00.000Z'));
    expect(Object.fromEntries(job.removed)).toEqual({ messages: 3, media: 1 });
  });

  it('keeps for good what has no days', async () => {
    const { rule, asked } = aRule('messages', undefined, 3);

    expect(await aJob([rule]).step()).toBe(false);
    expect(asked).toEqual([]);
  });

  it('is the work of one role', async () => {
    const { rule, asked } = aRule('messages', 20, 3);
    const job = aJob([rule], ['api', 'webhooks']);

    job.onApplicationBootstrap();
    await job.beforeApplicationShutdown();

    expect(asked).toEqual([]);
  });
});
