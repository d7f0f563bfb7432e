import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';

import type { AppConfig, Clock } from '#common';
import type { SenderDirectory } from '#tenants';

import { BUSINESS_ACCOUNT_ID } from '../../../test/factories/messages.ts';
import { aSender } from '../../../test/factories/senders.ts';
import { strict } from '../../../test/factories/strict.ts';
import { eventually } from '../../../test/support/eventually.ts';
import type { CloudApiClient } from './cloud-api/index.ts';
import { MetaSyncJob } from './meta-sync.job.ts';
import type { TemplateCatalogueService } from './templates/template-catalogue.service.ts';

Logger.overrideLogger(false);

describe(MetaSyncJob.name, () => {
  let synced: string[];
  let maxAges: number[];
  let now: number;
  let faults: Error[];
  let job: MetaSyncJob;

  beforeEach(() => {
    [synced, maxAges, faults, now] = [[], [], [], 0];
    const catalogue = strict<TemplateCatalogueService>({
      sync: async ({ businessAccountId }, maxAgeMs = 0) => {
        await Promise.resolve();
        const fault = faults.shift();
        if (fault) throw fault;
        synced.push(businessAccountId);
        maxAges.push(maxAgeMs);
      },
    });
    const senders = strict<SenderDirectory>({ all: () => [aSender()] });
    const cloudApi = strict<CloudApiClient>({ getPhoneNumber: () => Promise.resolve({ id: '1' }) });
    const clock = strict<Clock>({ now: () => new Date(now) });
    const config = { whatsapp: { templateSyncMinutes: 60 } } as AppConfig;
    job = new MetaSyncJob(catalogue, cloudApi, senders, clock, config);
  });

  afterEach(() => job.beforeApplicationShutdown());

  const soon = (expected: string[]) => eventually(() => expect(synced).toEqual(expected), { timeoutMs: 10_000 });

  it('syncs once for all that ask at about the same time, and again for who asks later', async () => {
    for (let asked = 0; asked < 100; asked++) job.syncSoon(BUSINESS_ACCOUNT_ID);
    await soon([BUSINESS_ACCOUNT_ID]);

    job.syncSoon(BUSINESS_ACCOUNT_ID);

    await soon([BUSINESS_ACCOUNT_ID, BUSINESS_ACCOUNT_ID]);
  });

  it('tries again while Meta is away', async () => {
    faults = [new Error('Meta is away')];

    job.syncSoon(BUSINESS_ACCOUNT_ID);

    await soon([BUSINESS_ACCOUNT_ID]);
    expect(faults).toEqual([]);
  });

  it('knows no account but ours', async () => {
    job.syncSoon('999');
    job.syncSoon(BUSINESS_ACCOUNT_ID);

    await soon([BUSINESS_ACCOUNT_ID]);
  });

  it('syncs at start, and on schedule what no other replica synced meanwhile, also after a failure', async () => {
    job.onApplicationBootstrap();
    await soon([BUSINESS_ACCOUNT_ID]);

    faults = [new Error('Meta is away')];
    now += 70 * 60_000;
    await eventually(() => expect(faults).toEqual([]));
    now += 70 * 60_000;

    await soon([BUSINESS_ACCOUNT_ID, BUSINESS_ACCOUNT_ID]);
    expect(maxAges).toEqual([60_000, 30 * 60_000]);
  }, 30_000);

  it('syncs nothing any more once it is stopped', async () => {
    job.syncSoon(BUSINESS_ACCOUNT_ID);
    await job.beforeApplicationShutdown();
    job.syncSoon(BUSINESS_ACCOUNT_ID);
    await job.beforeApplicationShutdown();

    expect(synced).toEqual([]);
  });
});
