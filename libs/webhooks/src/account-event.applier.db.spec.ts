import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';

import { newId } from '#common';
import {
  AccountEvent,
  AccountEventRepository,
  AccountState,
  AccountStateRepository,
  SendHold,
  SendHoldRepository,
  WhatsAppTemplate,
  WhatsAppTemplateRepository,
} from '#messages';
import type { SenderDirectory } from '#tenants';
import { type MetaSyncJob, type OutboxPoller, ToldHoldsService } from '#whatsapp';

import { aMessageStore, type MessageStore } from '../../../test/factories/message-store.ts';
import { aMessage, BUSINESS_ACCOUNT_ID, inMs, PHONE_NUMBER_ID, reload } from '../../../test/factories/messages.ts';
import { aSender } from '../../../test/factories/senders.ts';
import { strict } from '../../../test/factories/strict.ts';
import { AccountEventApplier } from './account-event.applier.ts';
import { type AccountNews, toAccountNews } from './mapping/account-event.mapper.ts';

Logger.overrideLogger(false);

const SECOND_NUMBER = '106540352242999';
const TEMPLATE = { message_template_name: 'po_notification', message_template_language: 'es' };
/** Seconds since 1970, an hour ago. */
const T0 = Math.floor(Date.now() / 1_000) - 3_600;

describe(AccountEventApplier.name, () => {
  let store: MessageStore;
  let db: DataSource;
  let holds: SendHoldRepository;
  let applier: AccountEventApplier;
  let synced: string[];
  let wakes: number;

  beforeAll(async () => {
    store = await aMessageStore();
    db = store.db;
    holds = new SendHoldRepository(db);
  });

  beforeEach(async () => {
    await store.clear();
    [synced, wakes] = [[], 0];
    const senders = strict<SenderDirectory>({
      all: () => [aSender(), aSender({ phoneNumberId: SECOND_NUMBER })],
    });
    applier = new AccountEventApplier(
      new AccountEventRepository(db),
      new AccountStateRepository(db),
      new WhatsAppTemplateRepository(db),
      new ToldHoldsService(holds, senders, strict<OutboxPoller>({ wake: () => void (wakes += 1) })),
      strict<MetaSyncJob>({ syncSoon: (account) => void synced.push(account) }),
      senders,
    );
    await aTemplate();
  });

  afterAll(() => store.close());

  const aTemplate = (change: Partial<WhatsAppTemplate> = {}) =>
    db.manager.insert(WhatsAppTemplate, {
      id: newId(),
      businessAccountId: BUSINESS_ACCOUNT_ID,
      templateName: 'po_notification',
      templateKey: 'po_notification',
      category: 'UTILITY',
      language: 'es',
      status: 'APPROVED',
      bodyText: 'Hola {{1}}',
      parameterCount: 1,
      components: [],
      syncedAt: new Date(T0 * 1_000),
      ...change,
    });
  const news = (field: string, value: object, at = T0, id = BUSINESS_ACCOUNT_ID): AccountNews =>
    toAccountNews({ id, time: at }, field, value)!;
  const status = (event: string, at: number, more: object = {}) =>
    news('message_template_status_update', { event, ...TEMPLATE, ...more }, at);
  const ban = (state: string, at: number) =>
    news('account_update', { event: 'DISABLED_UPDATE', ban_info: { waba_ban_state: state } }, at);
  const apply = async (...all: AccountNews[]) => {
    await db.transaction((tx) => applier.apply(tx, all));
    await applier.follow();
  };
  const template = () => db.manager.findOneByOrFail(WhatsAppTemplate, { templateName: 'po_notification' });
  const events = () => db.manager.find(AccountEvent, { order: { occurredAt: 'ASC' } });
  const openHolds = async () => (await holds.listOpen()).map(({ scope, scopeKey }) => `${scope} ${scopeKey}`).sort();
  const bothNumbers = [PHONE_NUMBER_ID, SECOND_NUMBER].map((id) => `template ${id}/po_notification/es`);
  const stateOf = async (aspect: string) => (await db.manager.findOneBy(AccountState, { aspect }))?.value;

  it('keeps each event once, however often it comes, with what it changed in words', async () => {
    const security = news('security', { event: 'PIN_CHANGED', display_phone_number: '34612345678', text: 'a\0b' });

    await apply(status('PAUSED', T0), security, status('PAUSED', T0));
    await apply(status('PAUSED', T0));

    expect(await events()).toHaveLength(2);
    expect(await events()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          event: 'PAUSED',
          templateName: 'po_notification',
          templateLanguage: 'es',
          occurredAt: new Date(T0 * 1_000),
          applied: 'the template is PAUSED',
        }),
        expect.objectContaining({ event: 'PIN_CHANGED', phoneNumber: '+34612345678', applied: null }),
      ]),
    );
    const [kept] = await db.manager.findBy(AccountEvent, { field: 'security' });
    expect(JSON.parse(kept!.value)).toMatchObject({ text: 'a\0b' });
  });

  it('changes nothing when its transaction comes to nothing', async () => {
    const failing = db.transaction(async (tx) => {
      await applier.apply(tx, [status('PAUSED', T0), ban('DISABLE', T0)]);
      throw new Error('no');
    });

    await expect(failing).rejects.toThrow('no');
    expect(await events()).toEqual([]);
    expect(await openHolds()).toEqual([]);
    expect((await template()).status).toBe('APPROVED');
  });

  it('lists what a foreign account says, and changes nothing of ours', async () => {
    await apply(news('message_template_status_update', { event: 'PAUSED', ...TEMPLATE }, T0, '999'));

    expect(await events()).toMatchObject([{ businessAccountId: '999', applied: null }]);
    expect((await template()).status).toBe('APPROVED');
    expect(await openHolds()).toEqual([]);
    expect(await db.manager.count(AccountState)).toBe(0);
  });

  it('stores names that PostgreSQL would refuse', async () => {
    await apply(news('field\0\ud800', { event: '\0' }), news('security', { event: '\ud800' }));

    expect((await events()).map(({ field }) => field).sort()).toEqual(['field\uFFFD\uFFFD', 'security']);
  });

  it('believes no time to come, which would be the newest for ever', async () => {
    const tomorrow = Math.floor(Date.now() / 1_000) + 86_400;

    await apply(status('PAUSED', tomorrow));

    expect((await events())[0]!.occurredAt.getTime()).toBeLessThanOrEqual(Date.now());
  });

  describe('a template', () => {
    it('that is paused is held for every number of its account, until Meta lets it go on', async () => {
      await apply(status('PAUSED', T0, { other_info: { title: 'FIRST_PAUSE' } }));
      const [hold] = await holds.listOpen();
      const paused = await openHolds();
      await apply(status('APPROVED', T0 + 10));

      expect(paused).toEqual(bothNumbers);
      expect(hold).toMatchObject({ error: { code: '132015', class: 'STOP', details: expect.stringMatching(/FIRST/) } });
      expect(hold!.probeAt.getTime()).toBeGreaterThan(inMs(2.9 * 3_600_000).getTime());
      expect(await openHolds()).toEqual([]);
      expect(await db.manager.find(SendHold)).toMatchObject([{ releasedBy: 'webhook' }, { releasedBy: 'webhook' }]);
      expect(await template()).toMatchObject({ status: 'APPROVED', statusToldAt: new Date((T0 + 10) * 1_000) });
    });

    it('that goes on takes its parked messages along, once that is committed', async () => {
      await apply(status('PAUSED', T0));
      const parked = await aMessage(db, {
        pendingReason: 'held',
        waitsFor: 'template',
        nextAttemptAt: null,
        templateName: 'po_notification',
        templateLanguage: 'es',
      });

      await apply(status('APPROVED', T0 + 10));

      expect(await reload(db, parked)).toMatchObject({ waitsFor: null, nextAttemptAt: expect.any(Date) });
      expect(wakes).toBe(1);
    });

    it.each(permutations([0, 1, 2, 3]))('ends as its newest event says, in the order %p', async (...order) => {
      const all = [
        status('PAUSED', T0, { other_info: { title: 'FIRST_PAUSE' } }),
        status('APPROVED', T0 + 10),
        status('REJECTED', T0 + 20, { reason: 'SCAM' }),
        status('DISABLED', T0 + 30, { disable_info: { disable_date: T0 + 30 } }),
      ];

      for (const index of order) await apply(all[index]!);
      await apply(...order.map((index) => all[index]!));

      expect(await template()).toMatchObject({
        status: 'DISABLED',
        rejectedReason: null,
        disabledFrom: new Date((T0 + 30) * 1_000),
      });
      expect(await openHolds()).toEqual(bothNumbers);
      expect(await events()).toHaveLength(4);
    });

    it.each(permutations([0, 1]))('goes on when that is the newest event, in the order %p', async (...order) => {
      const all = [status('PAUSED', T0), status('REINSTATED', T0 + 1)];

      await apply(...order.map((index) => all[index]!));

      expect((await template()).status).toBe('APPROVED');
      expect(await openHolds()).toEqual([]);
    });

    it('can be paused again', async () => {
      await apply(status('PAUSED', T0), status('APPROVED', T0 + 1));
      await apply(status('PAUSED', T0 + 1));
      await apply(status('APPROVED', T0 + 2));
      await apply(status('PAUSED', T0 + 3));

      expect(await openHolds()).toEqual(bothNumbers);
    });

    it('is not held again by a pause that is older than the end an admin put to it', async () => {
      await apply(status('PAUSED', T0));
      for (const { id } of await holds.listOpen()) await holds.release(id, 'admin');

      await apply(status('PAUSED', T0 + 10));

      expect(await openHolds()).toEqual([]);
    });

    it('stays held where the refusal that held it is newer than its approval', async () => {
      await apply(status('PAUSED', T0));
      await db.query('UPDATE send_holds SET held_at = now()');

      await apply(status('APPROVED', T0 + 10));

      expect(await openHolds()).toEqual(bothNumbers);
    });

    it('whose status Meta listed since keeps that one, and is not held', async () => {
      await db.query('UPDATE whatsapp_templates SET synced_at = now()');

      await apply(status('PAUSED', T0));

      expect((await template()).status).toBe('APPROVED');
      expect(await openHolds()).toEqual([]);
      expect(await events()).toMatchObject([{ applied: null }]);
    });

    it('that we do not have makes us ask for the list', async () => {
      await apply(status('APPROVED', T0, { message_template_name: 'brand_new' }));

      expect(synced).toEqual([BUSINESS_ACCOUNT_ID]);
      expect(await events()).toMatchObject([{ applied: null }]);
    });

    it('keeps quality, category and texts apart from each other and from its status', async () => {
      const quality = { ...TEMPLATE, previous_quality_score: 'GREEN', new_quality_score: 'YELLOW' };
      const category = { ...TEMPLATE, previous_category: 'UTILITY', new_category: 'MARKETING' };
      const components = { ...TEMPLATE, message_template_element: 'Hola {{1}} {{2}}' };

      await apply(
        status('FLAGGED', T0 + 9),
        news('message_template_quality_update', quality, T0 + 3),
        news('template_category_update', category, T0 + 2),
        news('message_template_components_update', components, T0 + 1),
        news('message_template_quality_update', { ...quality, new_quality_score: 'RED' }, T0),
      );

      expect(await template()).toMatchObject({
        status: 'FLAGGED',
        qualityScore: 'YELLOW',
        category: 'MARKETING',
        previousCategory: 'UTILITY',
        bodyText: 'Hola {{1}} {{2}}',
        parameterCount: 2,
      });
      expect(synced).toEqual([BUSINESS_ACCOUNT_ID]);
    });
  });

  describe('an account', () => {
    it.each(permutations([0, 1, 2]))('is held while it is banned, events in the order %p', async (...order) => {
      const all = [ban('DISABLE', T0), ban('REINSTATE', T0 + 10), ban('DISABLE', T0 + 20)];

      for (const index of order) await apply(all[index]!);

      expect(await openHolds()).toEqual([`waba ${BUSINESS_ACCOUNT_ID}`]);
    });

    it.each(permutations([0, 1]))('goes on once it is reinstated, events in the order %p', async (...order) => {
      const all = [ban('DISABLE', T0), ban('REINSTATE', T0 + 10)];

      for (const index of order) await apply(all[index]!);

      expect(await openHolds()).toEqual([]);
    });

    it('that is restricted is probed when the restriction ends', async () => {
      const expiration = Math.floor(Date.now() / 1_000) + 7_200;
      const restriction_info = [{ restriction_type: 'RESTRICTED_BIZ_INITIATED_MESSAGING', expiration }];

      await apply(news('account_update', { event: 'ACCOUNT_RESTRICTION', restriction_info }));

      const [hold] = await holds.listOpen();
      expect(hold).toMatchObject({ scope: 'waba', error: { code: '368' } });
      expect(Math.abs(hold!.probeAt.getTime() - expiration * 1_000)).toBeLessThan(5_000);
    });

    it('is not held for a restriction that ended by now', async () => {
      const restriction_info = [{ restriction_type: 'RESTRICTED_BIZ_INITIATED_MESSAGING', expiration: T0 + 1 }];

      await apply(news('account_update', { event: 'ACCOUNT_RESTRICTION', restriction_info }));

      expect(await openHolds()).toEqual([]);
    });

    it('has its limits and its review noted', async () => {
      await apply(
        news('business_capability_update', { max_daily_conversations_per_business: -1 }),
        news('account_review_update', { decision: 'APPROVED' }),
      );

      expect(await stateOf('limits')).toEqual({ max_daily_conversations_per_business: '-1' });
      expect(await stateOf('review')).toEqual({ decision: 'APPROVED' });
    });
  });

  it.each(permutations([0, 1, 2]))('knows the newest of each aspect of a number, in the order %p', async (...order) => {
    const number = { display_phone_number: '34612345678' };
    const limit = (max_daily_conversations_per_business: string, event: string, at: number) =>
      news('phone_number_quality_update', { ...number, event, max_daily_conversations_per_business }, at);
    const all = [
      limit('TIER_1K', 'FLAGGED', T0),
      limit('TIER_10K', 'THROUGHPUT_UPGRADE', T0 + 10),
      news('phone_number_name_update', { ...number, decision: 'APPROVED', requested_verified_name: 'Palomar' }, T0 + 5),
    ];

    for (const index of order) await apply(all[index]!);

    const states = await new AccountStateRepository(db).list(BUSINESS_ACCOUNT_ID);
    expect(states.map(({ subject, aspect, value }) => ({ subject, aspect, value }))).toEqual(
      [
        { aspect: 'messaging_limit', value: { limit: 'TIER_10K' } },
        { aspect: 'name', value: { decision: 'APPROVED', name: 'Palomar' } },
        { aspect: 'quality', value: { quality: 'FLAGGED' } },
        { aspect: 'throughput', value: { level: 'HIGH' } },
      ].map((state) => ({ subject: 'number/+34612345678', ...state })),
    );
  });
});

function permutations(items: number[]): number[][] {
  if (items.length <= 1) return [items];
  return items.flatMap((first) => permutations(items.filter((one) => one !== first)).map((rest) => [first, ...rest]));
}
