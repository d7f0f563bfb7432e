import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { toItems } from './envelope.ts';
import type { WebhookItem } from './webhook-item.ts';

const OWN = join(import.meta.dirname, '../../../../test/fixtures/cloud-api/webhooks');
/** A collection of payloads recorded by other projects, checked in place where this names its directory. */
const RECORDED = process.env.PALOMAR_FIXTURES_DIR;

const RECORDED_FOLDERS = [
  'david-lev+pywa/updates',
  'Bindambc+whatsapp-business-java-api/deserialization',
  'facebook+openapi/webhooks',
];
const RECORDED_FILES = [
  'Softlivery+whatsapp-cloud-api-client/WebhookStatusEvent.json',
  'Softlivery+whatsapp-cloud-api-client/WebhookMessageEvent.json',
  'apache+camel/webhook-request.json',
];

/** The first pattern that fits a file's path says what it holds; account and template news come last. */
const EXPECTED: readonly (readonly [RegExp, string])[] = [
  [/user_marketing_preferences/, 'preference resumed'],
  [/_update\/|NameUpdate|accountReview|rejectedTemplate|qualityUpdate/, 'account-event'],
  [/StatusSent|StatusEvent|message_status\/(sent|with_tracker)/, 'status SENT'],
  [/StatusDelivered|message_status\/delivered/, 'status DELIVERED'],
  [/message_status\/read/, 'status READ'],
  [/message_status\/failed/, 'status FAILED'],
  [/callback_button\/quick_reply|button-message|buttonMessage/, 'message BUTTON'],
  [/callback_(button|selection)|flow_completion|interactive/, 'message INTERACTIVE'],
  [/react/i, 'message REACTION'],
  [/sticker/i, 'message STICKER'],
  [/location/i, 'message LOCATION'],
  [/contact/i, 'message CONTACTS'],
  [/video/i, 'message VIDEO'],
  [/audio|voice/i, 'message AUDIO'],
  [/document/i, 'message DOCUMENT'],
  [/order/i, 'message ORDER'],
  [/image|WebhookMessageEvent/i, 'message IMAGE'],
  [/text|reply|forwarded|webhook-request/i, 'message TEXT'],
];

const WAMID = 'wamid.HBgLMzQ2MTIzNDU2NzgVAgARGBI4QzFBN0YzRDVFOUIyMDQ2QTgA';
const METADATA = { display_phone_number: '15550783881', phone_number_id: '106540352242922' };

const fixture = (name: string): unknown => JSON.parse(readFileSync(join(OWN, `${name}.json`), 'utf8'));
const envelope = (...changes: unknown[]): unknown => ({
  object: 'whatsapp_business_account',
  entry: [{ id: '102290129340398', changes }],
});
const messagesChange = (value: object): unknown => ({ field: 'messages', value: { metadata: METADATA, ...value } });

/** `status SENT`, `message TEXT`, `account-event`, `unknown`. */
const kindOf = (item: WebhookItem): string => {
  switch (item.kind) {
    case 'status':
      return `status ${item.event.status ?? item.event.type}`;
    case 'message':
      return `message ${item.message.messageType}`;
    case 'elsewhere':
      return `${item.message.origin} ${item.message.direction} ${item.message.messageType}`;
    case 'preference':
      return `preference ${item.preference.choice}`;
    case 'account-event':
    case 'unknown':
      return item.kind;
  }
};
const kindsOf = (body: unknown): string[] => toItems(body).map(kindOf);

describe(toItems.name, () => {
  describe('reads what Meta documents', () => {
    it('a status with its price and our opaque id', () => {
      const [item] = toItems(fixture('status-sent'));

      expect(item).toMatchObject({
        kind: 'status',
        event: {
          status: 'SENT',
          whatsappMessageId: expect.stringMatching(/^wamid\./),
          phoneNumberId: '106540352242922',
          opaque: '0192f0c4-6a7e-7c31-9f57-2b7d2f0a1c55',
          occurredAt: new Date(1_794_000_000_000),
          error: null,
          details: { pricing: { pricing_model: 'PMP', category: 'utility' }, conversation: undefined },
        },
      });
    });

    it('a failure with its reason and what to do', () => {
      const [item] = toItems(fixture('status-failed'));

      expect(item).toMatchObject({
        kind: 'status',
        event: {
          status: 'FAILED',
          error: {
            code: '131026',
            title: expect.any(String),
            details: 'The recipient cannot get this message.',
            class: 'USER',
            retryable: false,
            action: expect.stringMatching(/\w+ \w+/),
          },
        },
      });
    });

    it("a failure of a code that is newer than our list, with Meta's own words", () => {
      const [item] = toItems(fixture('unusual/status-failed-of-unlisted-code'));

      expect(item).toMatchObject({
        event: { error: { code: '139999', title: 'Something new', details: 'Newer than any list.', retryable: false } },
      });
    });

    it('a message of a customer, with who wrote it to which number', () => {
      const [item] = toItems(fixture('text-message'));

      expect(item).toMatchObject({
        kind: 'message',
        message: {
          phoneNumberId: '106540352242922',
          whatsappMessageId: expect.stringMatching(/^wamid\./),
          messageType: 'TEXT',
          contactKey: '+34612345678',
          fromPhone: '+34612345678',
          waId: '34612345678',
          recipientPhone: '+15550783881',
          recipientName: 'Lucía Gómez',
          content: { type: 'text', text: { body: '¿A qué hora llega?' } },
          sentAt: new Date(1_794_000_100_000),
        },
      });
    });

    it('a message of a user whose phone number Meta does not show', () => {
      const [item] = toItems(fixture('unusual/message-without-phone'));

      expect(item).toMatchObject({
        kind: 'message',
        message: {
          contactKey: 'ES.13491208655302741918',
          fromPhone: null,
          waId: null,
          recipientName: 'Nadia',
        },
      });
    });

    it('a batch over several accounts and numbers, in its own order', () => {
      const items = toItems(fixture('unusual/statuses-of-two-numbers'));

      expect(items.map(kindOf)).toEqual(['status SENT', 'status DELIVERED', 'status READ', 'message TEXT']);
      const numbers = items.map((item) =>
        item.kind === 'status' ? item.event : item.kind === 'message' && item.message,
      );
      expect(numbers.map((one) => one && one.phoneNumberId)).toEqual([
        '106540352242922',
        '106540352242922',
        '106540352242923',
        '106540352242924',
      ]);
    });

    it.each([
      ['unusual/several-fields', ['account-event', 'status SENT', 'account-event']],
      ['unusual/status-without-phone', ['status DELIVERED']],
      ['unusual/status-played', ['status READ']],
      ['unusual/errors-of-the-account', ['unknown']],
      ['unusual/button-without-context', ['message BUTTON']],
      ['unusual/number-changed', ['message SYSTEM']],
      ['unusual/message-of-unlisted-type', ['message UNKNOWN']],
      ['template-paused', ['account-event']],
      ['status-delivered', ['status DELIVERED']],
      ['status-read', ['status READ']],
    ])('%s as %p', (name, kinds) => {
      expect(kindsOf(fixture(name))).toEqual(kinds);
    });

    it.each(['+34 612-345-678', '(34)612345678'])('a sender that some providers write as %s', (from) => {
      const [item] = toItems(envelope(messagesChange({ messages: [{ from, id: WAMID, type: 'text' }] })));

      expect(item).toMatchObject({ message: { contactKey: '+34612345678', fromPhone: '+34612345678' } });
    });

    it('times and codes that are numbers instead of texts', () => {
      const status = { id: WAMID, status: 'failed', timestamp: 1_794_000_000, errors: [{ code: '131026' }] };
      const [item] = toItems(envelope(messagesChange({ statuses: [status] })));

      expect(item).toMatchObject({ event: { occurredAt: new Date(1_794_000_000_000), error: { code: '131026' } } });
    });

    it('a failure without any reason', () => {
      const status = { id: WAMID, status: 'failed', timestamp: '1794000000' };
      const [item] = toItems(envelope(messagesChange({ statuses: [status] })));

      expect(item).toMatchObject({ event: { error: { code: 'unknown', title: 'Meta gave no reason' } } });
    });
  });

  describe('names the sender', () => {
    const aContact = (wa_id: string, name: string): object => ({ wa_id, profile: { name } });
    const nameOf = (contacts: object[]): unknown => {
      const [item] = toItems(
        envelope(messagesChange({ contacts, messages: [{ from: '34600000001', id: WAMID, type: 'text' }] })),
      );
      return item?.kind === 'message' ? item.message.recipientName : undefined;
    };

    it.each<[string, object[], string | null]>([
      ['among several people', [aContact('34600000002', 'Bea'), aContact('34600000001', 'Ana')], 'Ana'],
      ['by the only contact, however its number is written', [aContact('5215512345678', 'Ana')], 'Ana'],
      ['not after somebody else', [aContact('34600000002', 'Bea'), aContact('34600000003', 'Carla')], null],
      ['not when there is nobody', [], null],
    ])('%s', (_, contacts, expected) => {
      expect(nameOf(contacts)).toBe(expected);
    });
  });

  it('gives each item an envelope of its own, which reads as the same item again', () => {
    for (const name of ['unusual/statuses-of-two-numbers', 'status-failed', 'unusual/message-without-phone']) {
      for (const item of toItems(fixture(name))) {
        expect(toItems(JSON.parse(JSON.stringify(item.raw)))).toEqual([JSON.parse(JSON.stringify(item), revive)]);
      }
    }
  });

  describe('takes junk', () => {
    it.each([
      ['null', null],
      ['a text', 'hello'],
      ['a list', [1, 2]],
      ['an empty object', {}],
      ['another product of Meta', { object: 'page', entry: [] }],
    ])('%s as one unknown item', (_, body) => {
      expect(toItems(body)).toEqual([{ kind: 'unknown', detail: expect.stringMatching(/^object is/), raw: body }]);
    });

    it.each<[string, object]>([
      ['without an id', { status: 'sent', timestamp: '1794000000' }],
      ['without a time', { id: WAMID, status: 'sent' }],
      ['with a time that is none', { id: WAMID, status: 'sent', timestamp: 'yesterday' }],
      ['with a time beyond every calendar', { id: WAMID, status: 'sent', timestamp: '99999999999999999' }],
      ['that is no word', { id: WAMID, status: '<b>', timestamp: '1794000000' }],
      ['without a word', { id: WAMID, status: {}, timestamp: '1794000000' }],
    ])('a status %s as unknown, and the others of its batch as they are', (_, status) => {
      const good = { id: WAMID, status: 'sent', timestamp: '1794000000' };

      expect(kindsOf(envelope(messagesChange({ statuses: [good, status, good] })))).toEqual([
        'status SENT',
        'unknown',
        'status SENT',
      ]);
    });

    it.each<[string, object]>([
      ['an id', { from: '34612345678', type: 'text' }],
      ['a sender', { id: WAMID, type: 'text' }],
    ])('a message without %s as unknown', (_, message) => {
      expect(kindsOf(envelope(messagesChange({ messages: [message] })))).toEqual(['unknown']);
    });

    it('a change without the number it is about as unknown', () => {
      const statuses = [{ id: WAMID, status: 'sent', timestamp: '1794000000' }];

      expect(kindsOf(envelope({ field: 'messages', value: { statuses } }))).toEqual(['unknown']);
    });

    it('of every sort without throwing', () => {
      const junk = fc.jsonValue({ maxDepth: 3 });
      /** The real thing, or something else in its place. */
      const spoilt = <T>(real: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
        fc.oneof({ weight: 4, arbitrary: real }, { weight: 1, arbitrary: junk });
      const status = fc.record(
        {
          id: spoilt(fc.string()),
          status: spoilt(fc.constantFrom('sent', 'delivered', 'read', 'failed', '__proto__', 'constructor')),
          timestamp: spoilt(fc.oneof(fc.nat().map(String), fc.double())),
          biz_opaque_callback_data: spoilt(fc.uuid()),
          errors: spoilt(fc.array(spoilt(fc.record({ code: spoilt(fc.integer()), title: spoilt(fc.string()) })))),
        },
        { requiredKeys: [] },
      );
      const message = fc.record(
        { id: spoilt(fc.string()), from: spoilt(fc.string()), type: spoilt(fc.string()), from_user_id: junk },
        { requiredKeys: [] },
      );
      const value = fc.record(
        {
          metadata: spoilt(fc.record({ phone_number_id: spoilt(fc.string()) })),
          contacts: spoilt(fc.array(spoilt(fc.record({ wa_id: junk, profile: junk })))),
          messages: spoilt(fc.array(spoilt(message))),
          statuses: spoilt(fc.array(spoilt(status))),
          errors: junk,
        },
        { requiredKeys: [] },
      );
      const change = fc.record({ field: spoilt(fc.constant('messages')), value: spoilt(value) });
      const body = fc.record({
        object: spoilt(fc.constant('whatsapp_business_account')),
        entry: spoilt(fc.array(spoilt(fc.record({ changes: spoilt(fc.array(spoilt(change))) })))),
      });

      fc.assert(
        fc.property(spoilt(body), (one) => {
          for (const item of toItems(one))
            expect(kindOf(item)).toMatch(/^(status|message) [A-Za-z_ -]+$|^unknown$|^account-event$/);
        }),
        { numRuns: 500 },
      );
    });
  });

  if (RECORDED !== undefined) {
    it.each(recordedFiles(RECORDED))('reads %s as what it is', (file) => {
      const kinds = kindsOf(JSON.parse(readFileSync(join(RECORDED, file), 'utf8')));

      expect(kinds).toEqual([expectedKind(file)]);
    });
  }
});

/** `occurredAt` and `sentAt` are dates before they are printed. */
function revive(key: string, value: unknown): unknown {
  return ['occurredAt', 'sentAt'].includes(key) && typeof value === 'string' ? new Date(value) : value;
}

function recordedFiles(root: string): string[] {
  const found = RECORDED_FOLDERS.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
  );
  return [...found, ...RECORDED_FILES].filter((file) => file.endsWith('.json'));
}

function expectedKind(file: string): string {
  const [, kind] = EXPECTED.find(([pattern]) => pattern.test(file)) ?? [];
  if (!kind) throw new Error(`No kind is expected of ${file}: add it to the table.`);
  return kind;
}
