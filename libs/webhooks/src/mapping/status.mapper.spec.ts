import { describe, expect, it } from '@jest/globals';

import { advance, type DeliveryProgress, type StatusEvent } from '#messages';

import { toStatusItem } from './status.mapper.ts';

const NUMBER = { phone_number_id: '106540352242922' };
const WAMID = 'wamid.HBgLMzQ2MTIzNDU2NzgVAgARGBI4QzFBN0YzRDVFOUIyMDQ2QTgA';
/** Meta's clock, whole seconds. */
const BEGAN = 1_794_000_000;

const WORDS = ['sent', 'delivered', 'read', 'played', 'failed'];

function eventOf(status: object): StatusEvent {
  const item = toStatusItem({ id: WAMID, timestamp: String(BEGAN), ...status }, NUMBER);
  if (item.kind !== 'status') throw new Error(`Not a status: ${JSON.stringify(item)}`);
  return item.event;
}

describe(toStatusItem.name, () => {
  describe('gives one message and one timeline for every order and repetition of up to five statuses', () => {
    /** Seconds after BEGAN, in the order of WORDS. */
    const clocks: [string, number[]][] = [
      ['as they follow each other', [1, 2, 3, 4, 5]],
      ['all within one second', [2, 2, 2, 2, 2]],
      ['against their order', [5, 4, 3, 2, 1]],
    ];
    const ours = (second: number) => new Date(BEGAN * 1_000 + second * 1_000);
    const starts: [string, Partial<DeliveryProgress>][] = [
      ['on the wire', {}],
      ['sent, by our own clock', { status: 'SENT', sentAt: ours(2.7) }],
      ['accepted after Meta says it was sent', { createdAt: ours(3.4) }],
      ['cancelled', { status: 'CANCELLED' }],
    ];
    const cases = clocks.flatMap(([clock, seconds]) =>
      starts.map(([start, change]) => [clock, start, seconds, change] as const),
    );

    it.each(cases)('told %s, of a message that is %s', (_, __, seconds, change) => {
      const events = WORDS.map((status, index) =>
        eventOf({ status, timestamp: String(BEGAN + seconds[index]!), errors: [{ code: 131026 }] }),
      );
      const results = new Map<string, Set<string>>();

      for (const told of sequences(events, 5)) {
        const set = WORDS.filter((word) => told.some(({ type }) => type === word)).join();
        const seen = results.get(set) ?? new Set();
        results.set(set, seen.add(JSON.stringify(after(told, change))));
      }

      expect(results.size).toBe(31);
      expect([...results].filter(([, seen]) => seen.size > 1)).toEqual([]);
    });

    function after(told: StatusEvent[], change: Partial<DeliveryProgress>): unknown {
      const start: DeliveryProgress = {
        status: 'PENDING',
        createdAt: ours(0.5),
        sentAt: null,
        deliveredAt: null,
        readAt: null,
        failedAt: null,
        error: null,
        ...change,
      };
      const message = told.reduce((now, event) => advance(now, { ...event, status: event.status! }), start);
      const timeline = new Set(told.map(({ type, occurredAt }) => `${type} ${occurredAt.toISOString()}`));
      return { message, timeline: [...timeline].sort() };
    }
  });

  it('takes a voice message that was played for read, and keeps the word', () => {
    expect(eventOf({ status: 'played' })).toMatchObject({ type: 'played', status: 'READ', error: null });
  });

  it.each(['deleted', 'warning', 'held_for_quality_assessment', 'Teleported', 'constructor'])(
    'keeps %s, which moves nothing',
    (status) => {
      expect(eventOf({ status })).toMatchObject({ type: status.toLowerCase(), status: null, error: null });
    },
  );

  it.each([
    ['delivered', { category: 'utility', type: 'regular', model: 'PMP', billable: true }],
    ['read', { category: 'utility', type: 'regular', model: 'PMP', billable: true }],
    ['sent', null],
    ['failed', null],
  ])('takes the price from %s: %j', (status, expected) => {
    const pricing = { billable: true, pricing_model: 'PMP', type: 'regular', category: 'utility' };

    expect(eventOf({ status, pricing }).pricing).toEqual(expected);
  });

  it.each([undefined, null, 'free', { category: 'not a word\n', type: 7, billable: 'yes' }])(
    'takes no price from %j',
    (pricing) => {
      expect(eventOf({ status: 'delivered', pricing }).pricing).toBeNull();
    },
  );

  it('keeps price, conversation and errors as Meta tells them', () => {
    const told = {
      pricing: { billable: true, pricing_model: 'PMP', type: 'regular', category: 'utility' },
      conversation: { id: 'c1', expiration_timestamp: '1794086400', origin: { type: 'referral_conversion' } },
      errors: [{ code: 131026, title: 'Message undeliverable' }],
    };

    expect(eventOf({ status: 'failed', ...told })).toMatchObject({
      details: { whatsapp_message_id: WAMID, ...told },
      error: { code: '131026', class: 'USER', retryable: false, action: expect.stringMatching(/\w+ \w+/) },
    });
  });

  it('needs nobody to be named', () => {
    expect(eventOf({ status: 'read' })).toMatchObject({ status: 'READ', participant: null, opaque: null });
  });

  it.each([
    ['phone', { recipient_participant_id: '34612345678', recipient_participant_user_id: 'ES.1' }, '34612345678'],
    ['user id', { recipient_participant_user_id: 'ES.1' }, 'ES.1'],
  ])('tells the participants of a group apart by their %s', (_, participant, expected) => {
    const event = eventOf({ status: 'read', recipient_type: 'group', recipient_id: '120363', ...participant });

    expect(event).toMatchObject({ participant: expected, details: { recipient_participant_id: expected } });
  });
});

/** Every sequence of one to `length` of the items, with repetition. */
function sequences<T>(items: readonly T[], length: number): T[][] {
  if (length === 0) return [];
  const shorter = sequences(items, length - 1);
  const longest = length === 1 ? [[]] : shorter.filter((one) => one.length === length - 1);
  return [...shorter, ...longest.flatMap((start) => items.map((item) => [...start, item]))];
}
