import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { type AccountNews, toAccountNews } from './account-event.mapper.ts';

const ENTRY = { id: '102290129340398', time: 1794000200 };
const TEMPLATE = {
  message_template_id: 1689556908129832,
  message_template_name: 'summer_offer',
  message_template_language: 'es',
};
const OF_TEMPLATE = { name: 'summer_offer', language: 'es' };
const NUMBER = { display_phone_number: '+34 612-345-678' };

const read = (field: string, value: unknown, entry: Record<string, unknown> = ENTRY): AccountNews => {
  const news = toAccountNews(entry, field, value);
  if (!news) throw new Error('not read');
  return news;
};
const aspects = ({ states = [] }: AccountNews) => states.map(({ subject, aspect }) => `${subject} ${aspect}`);

describe(toAccountNews.name, () => {
  it('keeps account, field, time and the whole value', () => {
    const value = { event: 'PIN_CHANGED', text: 'with \0 and \ud800', nested: { __proto__: null } };

    const news = read('security', value);

    expect(news).toMatchObject({
      businessAccountId: '102290129340398',
      field: 'security',
      known: true,
      occurredAt: new Date(1794000200_000),
    });
    expect(JSON.parse(news.value)).toEqual(value);
    expect(news.value).not.toMatch(/[\0\p{Cs}]/u);
  });

  describe('tells repetitions from news', () => {
    const first = read('security', { event: 'PIN_CHANGED' });

    it('by the same account, field, value and time', () => {
      expect(read('security', { event: 'PIN_CHANGED' }).fingerprint).toBe(first.fingerprint);
    });

    it.each<[string, AccountNews]>([
      ['another account', read('security', { event: 'PIN_CHANGED' }, { ...ENTRY, id: '2' })],
      ['another field', read('flows', { event: 'PIN_CHANGED' })],
      ['another value', read('security', { event: 'PIN_RESET_REQUEST' })],
      ['another time', read('security', { event: 'PIN_CHANGED' }, { ...ENTRY, time: 1794000201 })],
      ['no time', read('security', { event: 'PIN_CHANGED' }, { id: ENTRY.id })],
    ])('by %s', (_, other) => {
      expect(other.fingerprint).not.toBe(first.fingerprint);
    });
  });

  describe('message_template_status_update', () => {
    const status = (value: object) => read('message_template_status_update', { ...TEMPLATE, ...value });

    it.each([
      ['APPROVED', 'APPROVED'],
      ['ARCHIVED', 'ARCHIVED'],
      ['DELETED', 'DELETED'],
      ['DISABLED', 'DISABLED'],
      ['FLAGGED', 'FLAGGED'],
      ['IN_APPEAL', 'IN_APPEAL'],
      ['LIMIT_EXCEEDED', 'LIMIT_EXCEEDED'],
      ['PAUSED', 'PAUSED'],
      ['PENDING', 'PENDING'],
      ['PENDING_DELETION', 'PENDING_DELETION'],
      ['REINSTATED', 'APPROVED'],
      ['REJECTED', 'REJECTED'],
      ['UNPAUSE', 'APPROVED'],
    ])('%s makes the template %s', (event, expected) => {
      const news = status({ event });

      expect(news).toMatchObject({ event, template: OF_TEMPLATE });
      expect(news.states).toMatchObject([
        { subject: 'template/summer_offer/es', aspect: 'status', template: { ...OF_TEMPLATE, status: expected } },
      ]);
    });

    it.each(['UNARCHIVED', 'LOCKED', 'NOT_INVENTED_YET'])(
      '%s leaves open what the template is, so Meta is asked',
      (event) => {
        expect(status({ event })).toMatchObject({ states: [], asksForSync: true });
      },
    );

    it.each([
      ['FIRST_PAUSE', 10_800_000],
      ['SECOND_PAUSE', 21_600_000],
      ['RATE_LIMITING_PAUSE', undefined],
    ])('%s stops its messages for as long as Meta says', (title, probeInMs) => {
      const news = status({ event: 'PAUSED', reason: 'NONE', other_info: { title, description: 'Low quality.' } });

      expect(news.states?.[0]?.sending).toEqual({
        template: OF_TEMPLATE,
        stop: { code: 132015, details: `Told by webhook: ${title}, Low quality.`, probeInMs },
      });
      expect(news).toMatchObject({ level: 'error', summary: expect.stringContaining('Low quality.') });
    });

    it('DISABLED stops them for good, and keeps since when', () => {
      const news = status({ event: 'DISABLED', disable_info: { disable_date: 'January 31, 2027' } });

      expect(news.states?.[0]).toMatchObject({
        template: { disabledFrom: new Date('2027-01-31T00:00:00Z') },
        sending: { stop: { code: 132016 } },
      });
    });

    it.each(['APPROVED', 'REINSTATED', 'UNPAUSE'])('%s lets them go on', (event) => {
      expect(status({ event }).states?.[0]?.sending).toEqual({ template: OF_TEMPLATE });
    });

    it.each(['FLAGGED', 'REJECTED', 'PENDING', 'IN_APPEAL'])('%s neither stops them nor lets them go on', (event) => {
      expect(status({ event }).states?.[0]).not.toHaveProperty('sending');
    });

    it('keeps why it was rejected, and says how to mend it', () => {
      const news = status({
        event: 'REJECTED',
        reason: 'INVALID_FORMAT',
        rejection_info: { reason: 'Variables at the end', recommendation: 'Add text after the last variable' },
      });

      expect(news.states?.[0]?.template).toMatchObject({
        status: 'REJECTED',
        rejectedReason: 'INVALID_FORMAT',
        statusDetails: 'Variables at the end; Add text after the last variable',
      });
      expect(news.summary).toContain('Add text after the last variable');
    });

    it.each([null, 'NONE', undefined])('a reason that is %p is none', (reason) => {
      expect(status({ event: 'REJECTED', reason }).states?.[0]?.template?.rejectedReason).toBeNull();
    });
  });

  it('message_template_quality_update: the new score', () => {
    const value = { ...TEMPLATE, previous_quality_score: 'GREEN', new_quality_score: 'RED' };

    expect(read('message_template_quality_update', value)).toMatchObject({
      event: 'RED',
      level: 'warn',
      states: [{ aspect: 'quality', template: { ...OF_TEMPLATE, qualityScore: 'RED' } }],
    });
  });

  it('message_template_components_update: the body, and Meta is asked for the rest', () => {
    const value = { ...TEMPLATE, message_template_element: 'Hola {{1}}, {{2}} y {{1}}', message_template_title: 'X' };

    const news = read('message_template_components_update', value);

    expect(news.states?.[0]?.template).toMatchObject({
      bodyText: value.message_template_element,
      parameterCount: 2,
      headerText: 'X',
      footerText: undefined,
    });
    expect(news.asksForSync).toBe(true);
  });

  describe('template_category_update', () => {
    it('done: the category and the one before', () => {
      const value = { ...TEMPLATE, previous_category: 'UTILITY', new_category: 'MARKETING' };

      expect(read('template_category_update', value).states?.[0]?.template).toEqual({
        ...OF_TEMPLATE,
        category: 'MARKETING',
        previousCategory: 'UTILITY',
      });
    });

    it('planned: the category stays, though new_category is there, and what is to come is noted', () => {
      const value = {
        ...TEMPLATE,
        correct_category: 'MARKETING',
        new_category: 'UTILITY',
        category_update_timestamp: 1794086400,
      };

      const news = read('template_category_update', value);

      expect(news.summary).toContain('to become MARKETING on 2026-11-07');
      expect(news.states).toMatchObject([{ aspect: 'planned_category', value: { planned: 'MARKETING' } }]);
      expect(news.states?.[0]?.template).toEqual({
        ...OF_TEMPLATE,
        correctCategory: 'MARKETING',
        categoryChangesAt: new Date(1794086400_000),
      });
    });
  });

  it('template_correct_category_detection is listed, and the right category noted', () => {
    const news = read('template_correct_category_detection', {
      ...TEMPLATE,
      category: 'UTILITY',
      correct_category: 'MARKETING',
    });

    expect(news).toMatchObject({ event: 'MARKETING', template: OF_TEMPLATE });
    expect(news.states).toMatchObject([{ template: { ...OF_TEMPLATE, correctCategory: 'MARKETING' } }]);
  });

  describe('phone_number_quality_update', () => {
    const quality = (value: object) => read('phone_number_quality_update', { ...NUMBER, ...value });

    it('a throughput upgrade and the limit, apart from each other', () => {
      const news = quality({ event: 'THROUGHPUT_UPGRADE', max_daily_conversations_per_business: 'TIER_UNLIMITED' });

      expect(news).toMatchObject({ event: 'THROUGHPUT_UPGRADE', phoneNumber: '+34612345678' });
      expect(news.states).toMatchObject([
        { subject: 'number/+34612345678', aspect: 'throughput', value: { level: 'HIGH' } },
        { subject: 'number/+34612345678', aspect: 'messaging_limit', value: { limit: 'TIER_UNLIMITED' } },
      ]);
    });

    it.each([
      ['FLAGGED', 'TIER_1K', 'warn'],
      ['UNFLAGGED', 'TIER_10K', 'info'],
    ])('%s with the older names of the limit', (event, limit, level) => {
      const news = quality({ event, current_limit: limit, old_limit: 'TIER_2K' });

      expect(news.level).toBe(level);
      expect(news.states).toMatchObject([
        { aspect: 'quality', value: { quality: event } },
        { aspect: 'messaging_limit', value: { limit, before: 'TIER_2K' } },
      ]);
    });

    it('ONBOARDING without a limit says nothing', () => {
      expect(quality({ event: 'ONBOARDING' }).states).toEqual([]);
    });
  });

  it.each([
    ['APPROVED', 'info'],
    ['DEFERRED', 'info'],
    ['REJECTED', 'warn'],
  ])('phone_number_name_update: %s', (decision, level) => {
    const value = { ...NUMBER, decision, requested_verified_name: 'Palomar', rejection_reason: null };

    expect(read('phone_number_name_update', value)).toMatchObject({
      event: decision,
      level,
      states: [{ aspect: 'name', value: { decision, name: 'Palomar' } }],
    });
  });

  describe('account_update', () => {
    const update = (value: object) => read('account_update', value);

    it('a ban stops the account', () => {
      const ban_info = { waba_ban_state: 'DISABLE', waba_ban_date: 'January 31, 2027' };

      expect(update({ event: 'DISABLED_UPDATE', ban_info })).toMatchObject({
        event: 'DISABLED_UPDATE',
        level: 'error',
        states: [{ subject: 'account', aspect: 'sending', sending: { stop: { code: 368 } } }],
      });
    });

    it('a ban that is announced stops nothing yet', () => {
      const news = update({ event: 'DISABLED_UPDATE', ban_info: { waba_ban_state: 'SCHEDULE_FOR_DISABLE' } });

      expect(aspects(news)).toEqual(['account ban']);
      expect(news.level).toBe('error');
    });

    it('a reinstated account goes on', () => {
      const news = update({ event: 'DISABLED_UPDATE', ban_info: { waba_ban_state: 'REINSTATE' } });

      expect(news.states).toMatchObject([{ aspect: 'sending', sending: {} }]);
      expect(news.states?.[0]?.sending?.stop).toBeUndefined();
    });

    it('restrictions on sending stop it until the last of them ends', () => {
      const restriction_info = [
        { restriction_type: 'RESTRICTED_BIZ_INITIATED_MESSAGING', expiration: 1794100000 },
        { restriction_type: 'RESTRICTED_CUSTOMER_INITIATED_MESSAGING', expiration: 1794200000 },
        { restriction_type: 'RESTRICTED_ADD_PHONE_NUMBER_ACTION', expiration: 1794900000 },
      ];

      const news = update({ event: 'ACCOUNT_RESTRICTION', restriction_info });

      expect(news.states?.[0]?.sending?.stop).toMatchObject({ code: 368, until: new Date(1794200000_000) });
    });

    it('a restriction on sending without an end has none', () => {
      const restriction_info = [
        { restriction_type: 'RESTRICTED_BIZ_INITIATED_MESSAGING' },
        { restriction_type: 'RESTRICTED_CUSTOMER_INITIATED_MESSAGING', expiration: 1794200000 },
      ];

      expect(
        update({ event: 'ACCOUNT_RESTRICTION', restriction_info }).states?.[0]?.sending?.stop?.until,
      ).toBeUndefined();
    });

    it('a restriction on adding numbers stops nothing', () => {
      const restriction_info = [{ restriction_type: 'RESTRICTED_ADD_PHONE_NUMBER_ACTION' }];

      expect(aspects(update({ event: 'ACCOUNT_RESTRICTION', restriction_info }))).toEqual(['account restriction']);
    });

    it.each([
      'PARTNER_ADDED',
      'PARTNER_REMOVED',
      'ACCOUNT_VIOLATION',
      'ACCOUNT_DELETED',
      'ACCOUNT_OFFBOARDED',
      'ACCOUNT_RECONNECTED',
      'VERIFIED_ACCOUNT',
      'VOLUME_BASED_PRICING_TIER_UPDATE',
      'BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE',
      'AUTH_INTL_PRICE_ELIGIBILITY_UPDATE',
      'AD_ACCOUNT_LINKED',
      'MM_LITE_TERMS_SIGNED',
      'NOT_INVENTED_YET',
    ])('%s is listed', (event) => {
      const news = update({ event, violation_info: { violation_type: 'SPAM' } });

      expect(news).toMatchObject({ event, known: true });
      expect(news.states ?? []).toEqual([]);
    });
  });

  it.each([
    ['CRITICAL', 'error'],
    ['WARNING', 'warn'],
    ['INFORMATIONAL', 'info'],
  ])('account_alerts: %s is logged as %s', (alert_severity, level) => {
    const alert_info = { alert_severity, alert_type: 'INCREASED_CAPABILITIES', alert_description: 'More for you.' };

    expect(read('account_alerts', { entity_type: 'WABA', entity_id: 102290129340398, alert_info })).toMatchObject({
      event: 'INCREASED_CAPABILITIES',
      level,
      summary: expect.stringMatching(/WABA 102290129340398.*More for you/),
    });
  });

  it('account_review_update: the decision', () => {
    expect(read('account_review_update', { decision: 'REJECTED' })).toMatchObject({
      event: 'REJECTED',
      states: [{ subject: 'account', aspect: 'review', value: { decision: 'REJECTED' } }],
    });
  });

  it.each([[2000], ['TIER_2K'], [-1]])('business_capability_update: a limit that is %p', (limit) => {
    const value = { max_daily_conversations_per_business: limit, max_phone_numbers_per_waba: 25 };

    expect(read('business_capability_update', value).states).toMatchObject([
      {
        aspect: 'limits',
        value: { max_daily_conversations_per_business: String(limit), max_phone_numbers_per_waba: '25' },
      },
    ]);
  });

  it('business_username_updates: name and status', () => {
    expect(read('business_username_updates', { ...NUMBER, username: 'palomar', status: 'approved' })).toMatchObject({
      phoneNumber: '+34612345678',
      states: [{ aspect: 'username', value: { username: 'palomar', status: 'approved' } }],
    });
  });

  it.each(['PIN_CHANGED', 'PIN_RESET_REQUEST', 'PIN_REQUEST_SUCCESS'])('security: %s is an alarm', (event) => {
    expect(read('security', { ...NUMBER, event, requester: '61550' })).toMatchObject({
      event,
      phoneNumber: '+34612345678',
      level: 'error',
      summary: expect.stringContaining('61550'),
    });
  });

  it.each([
    'calls',
    'smb_app_state_sync',
    'messaging_handovers',
    'group_lifecycle_update',
    'group_participants_update',
    'group_settings_update',
    'group_status_update',
    'flows',
    'payment_configuration_update',
    'partner_solutions',
    'automatic_events',
    'tracking',
    'user_id_update',
  ])('%s is known and only listed', (field) => {
    const news = read(field, { event: 'SOMETHING' });

    expect(news).toMatchObject({ known: true, event: 'SOMETHING' });
    expect(news.states).toBeUndefined();
  });

  it.each(['not_invented_yet', '__proto__', 'constructor', 'x'.repeat(100_000)])(
    'a field that is not known is one item with its value',
    (field) => {
      const news = read(field, { some: ['thing'] });

      expect(news).toMatchObject({ known: false, value: '{"some":["thing"]}' });
      expect(news.states).toBeUndefined();
      expect(news.field.length).toBeLessThanOrEqual(512);
    },
  );

  it('a value nested too deeply to be written down is none', () => {
    const deep = JSON.parse('['.repeat(200_000) + ']'.repeat(200_000)) as unknown;

    expect(toAccountNews(ENTRY, 'security', deep)).toBeUndefined();
  });

  it('junk of any kind is read without a fault', () => {
    const fields = [
      'message_template_status_update',
      'message_template_quality_update',
      'message_template_components_update',
      'template_category_update',
      'template_correct_category_detection',
      'phone_number_quality_update',
      'phone_number_name_update',
      'business_username_updates',
      'security',
      'account_update',
      'account_alerts',
      'account_review_update',
      'business_capability_update',
      'calls',
      'not_invented_yet',
    ];
    const words = fc.constantFrom(
      'DISABLED_UPDATE',
      'ACCOUNT_RESTRICTION',
      'PAUSED',
      'FLAGGED',
      'THROUGHPUT_UPGRADE',
      'x\0',
    );
    const junk = fc.oneof(fc.jsonValue(), words, fc.constant(1e308), fc.constant(-1));
    const value = fc.record(
      {
        event: junk,
        message_template_name: junk,
        message_template_language: junk,
        message_template_element: junk,
        display_phone_number: fc.oneof(junk, fc.constant('34612345678')),
        other_info: junk,
        disable_info: fc.record({ disable_date: junk }),
        ban_info: fc.oneof(junk, fc.record({ waba_ban_state: junk, waba_ban_date: junk })),
        restriction_info: fc.oneof(
          junk,
          fc.array(fc.oneof(junk, fc.record({ restriction_type: junk, expiration: junk }))),
        ),
        alert_info: junk,
        decision: junk,
        new_category: junk,
        previous_category: junk,
        correct_category: junk,
        category_update_timestamp: junk,
        max_daily_conversations_per_business: junk,
      },
      { requiredKeys: [] },
    );

    fc.assert(
      fc.property(
        fc.constantFrom(...fields),
        fc.oneof(value, junk),
        fc.record({ id: junk, time: junk }),
        (field, one, entry) => {
          const news = read(field, one, entry);
          expect(news.summary.length).toBeGreaterThan(10);
          for (const { value: said } of news.states ?? []) expect(JSON.parse(JSON.stringify(said))).toEqual(said);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
