import { beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';

import type { ListedTemplate, SyncTurn, TemplateSyncRepository, WhatsAppTemplateRepository } from '#messages';

import { aSender } from '../../../../test/factories/senders.ts';
import { strict } from '../../../../test/factories/strict.ts';
import type { CloudApiClient, CloudApiTemplate } from '../cloud-api/index.ts';
import { TemplatePuller } from './template.puller.ts';

Logger.overrideLogger(false);

const ASKED_AT = new Date('2026-11-01T10:00:00Z');
const TURN: SyncTurn = { state: 'turn', since: '2026-11-01 10:00:00.000123+00', askedAt: ASKED_AT };

describe(TemplatePuller.name, () => {
  let turns: SyncTurn[];
  let atMeta: (Partial<CloudApiTemplate> | Error)[];
  let stored: { listed: ListedTemplate[]; syncedAt: Date; askedAt: Date | undefined }[];
  let handedBack: unknown[];
  let maxAges: number[];
  let puller: TemplatePuller;

  beforeEach(() => {
    [turns, atMeta, stored, handedBack, maxAges] = [[TURN], [], [], [], []];
    const templates = strict<WhatsAppTemplateRepository>({
      replaceAll: (_, listed, syncedAt, askedAt) => Promise.resolve(void stored.push({ listed, syncedAt, askedAt })),
    });
    const syncs = strict<TemplateSyncRepository>({
      takeTurn: (_, maxAgeMs) => {
        maxAges.push(maxAgeMs);
        return Promise.resolve(turns.shift()!);
      },
      handBack: (_, since, done) => Promise.resolve(void handedBack.push({ since, done })),
    });
    const cloudApi = strict<CloudApiClient>({
      async *listTemplates() {
        for (const one of atMeta) {
          await Promise.resolve();
          if (one instanceof Error) throw one;
          yield { id: '1', name: 'po', language: 'es', status: 'APPROVED', ...one };
        }
      },
    });
    puller = new TemplatePuller(templates, syncs, cloudApi);
  });

  it('takes over everything Meta says of a template', async () => {
    atMeta = [
      {
        category: 'UTILITY',
        previous_category: 'MARKETING',
        correct_category: 'MARKETING',
        sub_category: 'CUSTOM',
        message_send_ttl_seconds: 3_600,
        library_template_name: 'order_notice',
        quality_score: { score: 'YELLOW', date: 1_794_000_200 },
        rejected_reason: 'NONE',
        components: [{ type: 'BODY', text: 'Hola {{1}}' }],
      },
    ];

    await puller.pull(aSender(), 0);

    expect(stored[0]?.listed).toMatchObject([
      {
        templateName: 'po',
        templateKey: 'po',
        category: 'UTILITY',
        previousCategory: 'MARKETING',
        correctCategory: 'MARKETING',
        subCategory: 'CUSTOM',
        messageSendTtlSeconds: 3_600,
        libraryTemplateName: 'order_notice',
        qualityScore: 'YELLOW',
        qualityScoredAt: new Date(1_794_000_200_000),
        rejectedReason: null,
        parameterCount: 1,
      },
    ]);
    expect(stored[0]?.askedAt).toEqual(ASKED_AT);
    expect(stored[0]?.syncedAt.getTime()).toBeGreaterThanOrEqual(ASKED_AT.getTime());
    expect(handedBack).toEqual([{ since: '2026-11-01 10:00:00.000123+00', done: true }]);
  });

  it.each([
    { message_send_ttl_seconds: 'long' },
    { message_send_ttl_seconds: 1e12 },
    { quality_score: { date: 1e300 } },
  ])('takes a template in spite of %j', async (odd) => {
    atMeta = [odd as unknown as Partial<CloudApiTemplate>];

    await puller.pull(aSender(), 0);

    expect(stored[0]?.listed).toMatchObject([{ messageSendTtlSeconds: null, qualityScoredAt: null }]);
  });

  it('changes nothing when the listing breaks in the middle, and hands the turn back', async () => {
    atMeta = [{}, new Error('Meta is away')];

    await expect(puller.pull(aSender(), 0)).rejects.toThrow('Meta is away');

    expect(stored).toEqual([]);
    expect(handedBack).toEqual([expect.objectContaining({ done: false })]);
  });

  it('does not ask when another replica has just done so', async () => {
    turns = [{ state: 'busy' }, { state: 'busy' }, { state: 'fresh' }];

    const asked = await puller.pull(aSender(), 10_000);

    expect(asked).toBe(false);
    expect([stored, handedBack]).toEqual([[], []]);
    expect(maxAges).toEqual([10_000, 10_000, 10_000]);
  });
});
