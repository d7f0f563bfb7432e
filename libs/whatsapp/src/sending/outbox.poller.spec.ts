import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';

import type { AppConfig, Role } from '#common';
import type { SenderDirectory } from '#tenants';

import { anOutboxMessage } from '../../../../test/factories/messages.ts';
import { aSender } from '../../../../test/factories/senders.ts';
import { strict } from '../../../../test/factories/strict.ts';
import { eventually } from '../../../../test/support/eventually.ts';
import type { Claim, OutboxClaimer } from './outbox.claimer.ts';
import type { OutboxDispatcher } from './outbox.dispatcher.ts';
import { OutboxPoller } from './outbox.poller.ts';
import type { OutboxSweeper } from './outbox.sweeper.ts';

Logger.overrideLogger(false);

const CONCURRENCY = 2;
const START_BEFORE = 12_345;

describe(OutboxPoller.name, () => {
  let due: string[];
  let claims: { phoneNumberId: string; free: number }[];
  let more: Claim['more'];
  let dispatched: string[];
  let startBefores: number[];
  let leases: { token: string; onTheWire(): string[] }[];
  let faults: number;
  let rounds: number;
  /** Ends a send that is on the wire. */
  let answer: Map<string, () => void>;
  let poller: OutboxPoller;

  beforeEach(() => {
    [due, claims, more, dispatched, startBefores, leases] = [[], [], false, [], [], []];
    [faults, rounds, answer] = [0, 0, new Map()];
    poller = aPoller();
  });

  afterEach(async () => {
    for (const each of answer.values()) each();
    await poller.beforeApplicationShutdown();
  });

  function aPoller({
    notificationsEnabled = true,
    roles = ['dispatcher'] as Role[],
    senders = [aSender()],
    concurrency = CONCURRENCY,
  } = {}): OutboxPoller {
    const claimer = strict<OutboxClaimer>({
      leaseToken: 'our token',
      claim: ({ phoneNumberId }, free) => {
        if (faults-- > 0) return Promise.reject(new Error('The database is away'));
        claims.push({ phoneNumberId, free });
        const messages = due.splice(0, free).map((id) => anOutboxMessage({ id }));
        return Promise.resolve({ messages, probing: [], startBefore: START_BEFORE, more });
      },
    });
    const dispatcher = strict<OutboxDispatcher>({
      drain: () => Promise.resolve(),
      dispatch: ({ id }, _, { startBefore }) => {
        dispatched.push(id);
        startBefores.push(startBefore);
        return new Promise((resolve) => answer.set(id, resolve));
      },
    });
    const sweeper = strict<OutboxSweeper>({
      start: (token, onTheWire) => void leases.push({ token, onTheWire }),
      stop: () => Promise.resolve(),
    });
    const config = { notificationsEnabled, roles: new Set(roles), dispatcher: { concurrency } } as unknown as AppConfig;
    const directory = strict<SenderDirectory>({
      all: () => {
        rounds++;
        return senders;
      },
    });
    return new OutboxPoller(config, claimer, directory, dispatcher, sweeper);
  }

  const soon = (assertion: () => void) => eventually(assertion, { intervalMs: 5 });

  it('sends claimed messages, and tells until when they may start', async () => {
    due = ['a', 'b'];
    poller.onApplicationBootstrap();

    await soon(() => expect(dispatched).toEqual(['a', 'b']));
    expect(startBefores).toEqual([START_BEFORE, START_BEFORE]);
  });

  it('has no more on the wire at once than it may, and goes on when a place is free', async () => {
    due = ['a', 'b', 'c'];
    more = true;
    poller.onApplicationBootstrap();
    await soon(() => expect(dispatched).toHaveLength(CONCURRENCY));
    const whileFull = [...dispatched];

    answer.get('a')?.();

    await soon(() => expect(dispatched).toHaveLength(3));
    expect(whileFull).toEqual(['a', 'b']);
    expect(claims.map(({ free }) => free).slice(0, 2)).toEqual([CONCURRENCY, 1]);
  });

  it('claims nothing for a place or two while many others are on the wire', async () => {
    due = Array.from({ length: 16 }, (_, index) => `m${index}`);
    poller = aPoller({ concurrency: 16 });
    poller.onApplicationBootstrap();
    await soon(() => expect(dispatched).toHaveLength(16));

    answer.get('m0')?.();
    await soon(() => expect(rounds).toBeGreaterThanOrEqual(2));
    const forOnePlace = claims.length;
    answer.get('m1')?.();
    await soon(() => expect(claims).toHaveLength(2));

    expect(forOnePlace).toBe(1);
    expect(claims[1]?.free).toBe(2);
  });

  it('wakes up for a message that was accepted here', async () => {
    poller.onApplicationBootstrap();
    await soon(() => expect(claims).not.toHaveLength(0));
    const before = claims.length;
    due = ['a'];

    poller.wake();

    await soon(() => expect(dispatched).toEqual(['a']));
    expect(claims).toHaveLength(before + 1);
  });

  it('serves every number in turn, and asks again while one of them has more', async () => {
    more = true;
    poller = aPoller({ senders: [aSender({ phoneNumberId: '1' }), aSender({ phoneNumberId: '2' })] });

    poller.onApplicationBootstrap();

    await soon(() => expect(claims.length).toBeGreaterThanOrEqual(4));
    expect(claims.slice(0, 4).map(({ phoneNumberId }) => phoneNumberId)).toEqual(['1', '2', '1', '2']);
  });

  it('does not let wake-ups hurry it while permits are used up', async () => {
    more = 3_600_000;
    poller.onApplicationBootstrap();
    await soon(() => expect(claims).toHaveLength(1));

    for (let each = 0; each < 20; each++) {
      poller.wake();
      await new Promise(setImmediate);
    }

    expect(claims).toHaveLength(1);
  });

  it('goes on after a fault of the database', async () => {
    faults = 1;
    due = ['a'];
    poller.onApplicationBootstrap();

    await soon(() => expect(dispatched).toHaveLength(1));
  });

  it('has the leases of what is on the wire kept alive, and of nothing else', async () => {
    due = ['a', 'b'];
    poller.onApplicationBootstrap();
    await soon(() => expect(dispatched).toHaveLength(2));

    const whileBoth = leases[0]?.onTheWire();
    answer.get('a')?.();
    await soon(() => expect(leases[0]?.onTheWire()).toEqual(['b']));

    expect(leases.map(({ token }) => token)).toEqual(['our token']);
    expect(whileBoth).toEqual(['a', 'b']);
  });

  it('ends only when what is on the wire was answered, and claims nothing more', async () => {
    due = ['a'];
    poller.onApplicationBootstrap();
    await soon(() => expect(dispatched).toHaveLength(1));

    let ended = false;
    const ending = poller.beforeApplicationShutdown().then(() => (ended = true));
    due = ['b'];
    poller.wake();
    await new Promise(setImmediate);
    const before = { ended, running: poller.running };
    answer.get('a')?.();
    await ending;

    expect(before).toEqual({ ended: false, running: false });
    expect(dispatched).toEqual(['a']);
    expect(due).toEqual(['b']);
  });

  it.each<[string, { notificationsEnabled?: boolean; roles?: Role[] }]>([
    ['while notifications are switched off', { notificationsEnabled: false }],
    ['in a process that has other work', { roles: ['api', 'webhooks', 'po-events'] }],
  ])('sends nothing %s', async (_, config) => {
    poller = aPoller(config);
    due = ['a'];

    poller.onApplicationBootstrap();
    poller.wake();
    await new Promise(setImmediate);

    expect(poller.running).toBe(false);
    expect([claims, leases]).toEqual([[], []]);
  });
});
