import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';

import type { AppConfig } from '#common';
import type { OutboxMessage, OutboxRepository } from '#messages';
import type { Sender, SenderDirectory } from '#tenants';

import { strict } from '../../../../test/factories/strict.ts';
import { eventually } from '../../../../test/support/eventually.ts';
import type { OutboxDispatcher } from './outbox.dispatcher.ts';
import { OutboxPoller } from './outbox.poller.ts';
import type { OutboxSweeper } from './outbox.sweeper.ts';

Logger.overrideLogger(false);

const SENDER = { phoneNumberId: '106540352242922' } as Sender;
const CONCURRENCY = 2;

describe(OutboxPoller.name, () => {
  let due: string[];
  let claimLimits: number[];
  let fenced: string[];
  let dispatched: string[];
  let released: number;
  let faults: number;
  /** Ends a send that is on the wire. */
  let answer: Map<string, () => void>;
  let poller: OutboxPoller;

  beforeEach(() => {
    [due, claimLimits, fenced, dispatched, released, faults, answer] = [[], [], [], [], 0, 0, new Map()];
    poller = aPoller();
  });

  afterEach(async () => {
    for (const each of answer.values()) each();
    await poller.beforeApplicationShutdown();
  });

  function aPoller(notificationsEnabled = true): OutboxPoller {
    const outbox = strict<OutboxRepository>({
      claimDue: (_, limit) => {
        if (faults-- > 0) return Promise.reject(new Error('The database is away'));
        claimLimits.push(limit);
        return Promise.resolve(due.splice(0, limit).map((id) => ({ id }) as OutboxMessage));
      },
      fence: (ids) => {
        fenced.push(...ids);
        return Promise.resolve(new Map(ids.filter((id) => id !== 'lost').map((id) => [id, `attempt of ${id}`])));
      },
      release: () => Promise.resolve(void released++),
    });
    const dispatcher = strict<OutboxDispatcher>({
      dispatch: ({ id }, attemptId) => {
        dispatched.push(`${id}: ${attemptId}`);
        return new Promise((resolve) => answer.set(id, resolve));
      },
    });
    const config = { notificationsEnabled, dispatcher: { concurrency: CONCURRENCY, leaseMs: 60_000 } } as AppConfig;
    const sweeper = strict<OutboxSweeper>({ start: () => undefined, stop: () => Promise.resolve() });
    return new OutboxPoller(config, outbox, strict<SenderDirectory>({ all: () => [SENDER] }), dispatcher, sweeper);
  }

  it('sends a claimed message once its attempt is committed', async () => {
    due = ['a'];
    poller.onApplicationBootstrap();

    await eventually(() => expect(dispatched).toEqual(['a: attempt of a']), { intervalMs: 5 });
    expect(fenced).toEqual(['a']);
  });

  it('leaves out a message that was lost to another worker before its attempt', async () => {
    due = ['lost', 'a'];
    poller.onApplicationBootstrap();

    await eventually(() => expect(fenced).toEqual(['lost', 'a']), { intervalMs: 5 });
    await eventually(() => expect(dispatched).toEqual(['a: attempt of a']), { intervalMs: 5 });
  });

  it('has no more on the wire at once than it may, and goes on when a place is free', async () => {
    due = ['a', 'b', 'c'];
    poller.onApplicationBootstrap();
    await eventually(() => expect(dispatched).toHaveLength(CONCURRENCY), { intervalMs: 5 });
    const whileFull = [...dispatched];

    answer.get('a')?.();

    await eventually(() => expect(dispatched).toHaveLength(3), { intervalMs: 5 });
    expect(whileFull).toEqual(['a: attempt of a', 'b: attempt of b']);
    expect(Math.max(...claimLimits)).toBe(CONCURRENCY);
  });

  it('goes on after a fault of the database', async () => {
    faults = 1;
    due = ['a'];
    poller.onApplicationBootstrap();

    await eventually(() => expect(dispatched).toHaveLength(1), { intervalMs: 20 });
  });

  it('ends only when what is on the wire was answered, claims nothing more and gives the rest back', async () => {
    due = ['a'];
    poller.onApplicationBootstrap();
    await eventually(() => expect(dispatched).toHaveLength(1), { intervalMs: 5 });

    let ended = false;
    const ending = poller.beforeApplicationShutdown().then(() => (ended = true));
    due = ['b'];
    poller.wake();
    await new Promise(setImmediate);
    const endedBefore = { ended, released, running: poller.running };
    answer.get('a')?.();
    await ending;

    expect(endedBefore).toEqual({ ended: false, released: 0, running: false });
    expect(released).toBe(1);
    expect(dispatched).toHaveLength(1);
    expect(due).toEqual(['b']);
  });

  it('sends nothing while notifications are switched off', async () => {
    poller = aPoller(false);
    due = ['a'];

    poller.onApplicationBootstrap();
    poller.wake();
    await new Promise(setImmediate);

    expect(poller.running).toBe(false);
    expect(claimLimits).toEqual([]);
  });
});
