import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';

import type { AppConfig, UnconfirmedPolicy } from '#common';
import type { OutboxCareRepository, OutboxRepository } from '#messages';
import type { TenantDirectory } from '#tenants';

import { strict } from '../../../../test/factories/strict.ts';
import { OutboxSweeper } from './outbox.sweeper.ts';
import type { SendHoldsService } from './send-holds.service.ts';

Logger.overrideLogger(false);

const LEASE_MS = 60_000;
const SWEEP_MS = 10_000;
const GRACE_MS = 30_000;

describe(OutboxSweeper.name, () => {
  let steps: string[];
  let heartbeats: { ids: string[]; token: string; leaseMs: number }[];
  let faults: number;
  let sweeper: OutboxSweeper;

  beforeEach(() => {
    jest.useFakeTimers();
    [steps, heartbeats, faults] = [[], [], 0];
  });

  afterEach(async () => {
    await sweeper.stop();
    jest.useRealTimers();
  });

  function start(unconfirmedPolicy: UnconfirmedPolicy = 'witness', onTheWire = () => ['a']): void {
    const step = (name: string) => {
      steps.push(name);
      return Promise.resolve(0);
    };
    const outbox = strict<OutboxRepository>({
      heartbeat: (ids, token, leaseMs) => Promise.resolve(void heartbeats.push({ ids, token, leaseMs })),
      giveLostTurns: () => step('turns'),
      unparkTenants: (suspended) => step(`tenants but ${suspended.join()}`),
    });
    const care = strict<OutboxCareRepository>({
      sweepLeases: ({ code }) => (faults-- > 0 ? Promise.reject(new Error('The database is away')) : step(code)),
      expireOverdue: ({ code }) => step(code),
      removeOldFallbacks: () => Promise.resolve(),
      noteWitnesses: async () => void (await step('witnesses')),
      requeueUnconfirmed: (graceMs, witnessed) => step(`again after ${graceMs}${witnessed ? ', witnessed' : ''}`),
    });
    const dispatcher = { leaseMs: LEASE_MS, sweepMs: SWEEP_MS, unconfirmedPolicy, unconfirmedGraceMs: GRACE_MS };
    const holds = strict<SendHoldsService>({ unparkReleased: () => step('released templates') });
    const tenants = strict<TenantDirectory>({ allSuspended: () => ['the suspended one'] });
    sweeper = new OutboxSweeper({ dispatcher } as AppConfig, outbox, care, holds, tenants);
    sweeper.start('our token', onTheWire);
  }
  const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);

  it.each<[UnconfirmedPolicy, string[]]>([
    [
      'witness',
      [
        'unconfirmed',
        'expired',
        'witnesses',
        `again after ${GRACE_MS}, witnessed`,
        'turns',
        'released templates',
        'tenants but the suspended one',
      ],
    ],
    [
      'resend',
      [
        'unconfirmed',
        'expired',
        `again after ${GRACE_MS}`,
        'turns',
        'released templates',
        'tenants but the suspended one',
      ],
    ],
    ['hold', ['unconfirmed', 'expired', 'turns', 'released templates', 'tenants but the suspended one']],
  ])('heals what others left behind, as the policy %s says', async (policy, expected) => {
    start(policy);

    await pass(0);

    expect(steps).toEqual(expected);
  });

  it('sweeps again and again', async () => {
    start('hold');

    await pass(2 * SWEEP_MS);

    expect(steps.filter((step) => step === 'turns')).toHaveLength(3);
  });

  it('goes on after a fault of the database', async () => {
    faults = 1;
    start('hold');

    await pass(SWEEP_MS);

    expect(steps).toContain('turns');
  });

  it('keeps alive, well before they run out, the leases of what is on the wire then', async () => {
    const onTheWire = ['a'];
    start('hold', () => [...onTheWire]);
    await pass(0);
    onTheWire.push('b');

    await pass(LEASE_MS / 2);

    expect(heartbeats.slice(0, 2)).toEqual([
      { ids: ['a'], token: 'our token', leaseMs: LEASE_MS },
      { ids: ['a', 'b'], token: 'our token', leaseMs: LEASE_MS },
    ]);
  });

  it('does nothing more once it is stopped', async () => {
    start('hold');
    await pass(0);
    const before = [steps.length, heartbeats.length];

    await sweeper.stop();
    await pass(10 * LEASE_MS);

    expect([steps.length, heartbeats.length]).toEqual(before);
  });
});
