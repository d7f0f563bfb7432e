import { describe, expect, it } from '@jest/globals';

import { toEchoItems, toHistoryItems } from './elsewhere.mapper.ts';
import { toItems } from './envelope.ts';
import type { WebhookItem } from './webhook-item.ts';

const OWN = '15550783881';
const METADATA = { display_phone_number: OWN, phone_number_id: '106540352242922' };
const THEM = '34612345678';
const AT = new Date(1_794_000_000_000);

const said = (id: string, change: object = {}) => ({
  id,
  timestamp: '1794000000',
  type: 'text',
  text: { body: 'Hola' },
  ...change,
});
const itemsOf = (field: string, value: object): WebhookItem[] =>
  toItems({
    object: 'whatsapp_business_account',
    entry: [{ changes: [{ field, value: { metadata: METADATA, ...value } }] }],
  });
const readAgain = (item: WebhookItem) => toItems(JSON.parse(JSON.stringify(item.raw)));

describe(toEchoItems.name, () => {
  it.each(['smb_message_echoes', 'message_echoes'])('reads what was sent past Palomar (%s)', (field) => {
    const items = itemsOf(field, { message_echoes: [said('wamid.1', { from: OWN, to: THEM })] });

    expect(items).toMatchObject([
      {
        kind: 'elsewhere',
        message: {
          origin: field,
          direction: 'outbound',
          status: 'SENT',
          whatsappMessageId: 'wamid.1',
          messageType: 'TEXT',
          contactKey: `+${THEM}`,
          fromPhone: `+${OWN}`,
          recipientPhone: `+${THEM}`,
          content: { type: 'text', text: { body: 'Hola' } },
          sentAt: AT,
        },
      },
    ]);
    expect(readAgain(items[0]!)).toEqual([items[0]]);
  });

  it('reads the echo of an edit as one', () => {
    const edit = said('wamid.2', { to: THEM, type: 'edit', edit: { original_message_id: 'wamid.1', message: {} } });

    expect(itemsOf('smb_message_echoes', { message_echoes: [edit] })).toMatchObject([
      { message: { amendment: { kind: 'edited', originalId: 'wamid.1' } } },
    ]);
  });

  it.each<[string, object]>([
    ['none', {}],
    ['no list', { message_echoes: 7 }],
    ['one without recipient', { message_echoes: [said('wamid.1', { from: OWN })] }],
    ['one without id', { message_echoes: [{ to: THEM }] }],
    ['junk', { message_echoes: [null] }],
  ])('takes %s as unknown', (_, value) => {
    expect(itemsOf('message_echoes', value)).toMatchObject([{ kind: 'unknown' }]);
  });
});

describe(toHistoryItems.name, () => {
  it.each<[string | undefined, string]>([
    ['read', 'READ'],
    ['PLAYED', 'READ'],
    ['delivered', 'DELIVERED'],
    ['sent', 'SENT'],
    ['pending', 'SENT'],
    ['error', 'FAILED'],
    [undefined, 'SENT'],
  ])('reads an old message of ours that was %p as %s', (status, expected) => {
    const message = said('wamid.1', { from: OWN, to: THEM, history_context: { status } });
    const items = itemsOf('history', { history: [{ threads: [{ id: THEM, messages: [message] }] }] });

    expect(items).toMatchObject([
      { message: { origin: 'history', direction: 'outbound', status: expected, contactKey: `+${THEM}`, sentAt: AT } },
    ]);
    expect(readAgain(items[0]!)).toEqual([items[0]]);
  });

  it('reads an old message of a customer as theirs, whatever became of it', () => {
    const message = said('wamid.1', { from: THEM, history_context: { status: 'read' } });

    expect(itemsOf('history', { history: [{ threads: [{ id: THEM, messages: [message] }] }] })).toMatchObject([
      { message: { direction: 'inbound', status: 'RECEIVED', contactKey: `+${THEM}`, fromPhone: `+${THEM}` } },
    ]);
  });

  it('knows whom a thread is with when its messages do not say', () => {
    const message = said('wamid.1', { from: OWN });

    expect(itemsOf('history', { history: [{ threads: [{ id: THEM, messages: [message] }] }] })).toMatchObject([
      { message: { direction: 'outbound', contactKey: `+${THEM}`, recipientPhone: `+${THEM}` } },
    ]);
  });

  it.each<[string, object]>([
    ['a refusal', { history: [{ errors: [{ code: 2593109, title: 'declined' }] }] }],
    ['nothing', {}],
    ['junk', { history: [{ threads: [{ messages: [null] }] }] }],
  ])('takes %s as unknown', (_, value) => {
    expect(itemsOf('history', value)).toMatchObject([{ kind: 'unknown' }]);
  });
});

describe('standby', () => {
  it('holds what the other fields hold, one level deeper', () => {
    const standby = {
      messages: [said('wamid.1', { from: THEM })],
      statuses: [{ id: 'wamid.2', status: 'read', timestamp: '1794000000' }],
      message_echoes: [said('wamid.3', { from: OWN, to: THEM })],
    };

    expect(itemsOf('standby', { standby }).map(({ kind }) => kind)).toEqual(['status', 'message', 'elsewhere']);
    expect(itemsOf('standby', { standby: 7 })).toMatchObject([{ kind: 'unknown' }]);
  });
});
