import { describe, expect, it } from '@jest/globals';

import { toInboundItem } from './inbound.mapper.ts';
import type { InboundMessage } from './webhook-item.ts';

const NUMBER = { display_phone_number: '15550783881', phone_number_id: '106540352242922' };
const COMMON = { from: '34612345678', id: 'wamid.1', timestamp: '1794000000' };
const AT = new Date(1_794_000_000_000);

function read(message: object, contacts: unknown[] = []): InboundMessage {
  const item = toInboundItem({ ...COMMON, ...message }, NUMBER, contacts);
  if (item.kind !== 'message') throw new Error(`Not a message: ${JSON.stringify(item)}`);
  return item.message;
}

describe(toInboundItem.name, () => {
  describe("keeps Meta's object of every kind, under a type of ours", () => {
    const media = {
      id: '1003383421387256',
      mime_type: 'image/jpeg',
      sha256: 'SfInY0gGKTsJlUWbwxC1k+FAD0FZHvzwfpvO0zX0GUI=',
    };
    const errors = [{ code: 131051, title: 'Message type unknown' }];

    it.each<[string, object]>([
      ['TEXT', { type: 'text', text: { body: 'Hola' }, context: { from: '15550783881', id: 'wamid.0' } }],
      ['TEXT', { type: 'text', text: { body: 'Hola' }, referral: { source_type: 'ad', ctwa_clid: 'c1' } }],
      ['TEXT', { type: 'text', text: { body: 'Hola' }, context: { forwarded: true } }],
      ['IMAGE', { type: 'image', image: { ...media, caption: 'La puerta' } }],
      ['AUDIO', { type: 'audio', audio: { ...media, voice: true } }],
      ['VIDEO', { type: 'video', video: media }],
      ['DOCUMENT', { type: 'document', document: { ...media, filename: 'albarán.pdf' } }],
      ['STICKER', { type: 'sticker', sticker: { ...media, animated: false } }],
      ['LOCATION', { type: 'location', location: { latitude: 40.4, longitude: -3.7, name: 'Almacén' } }],
      ['CONTACTS', { type: 'contacts', contacts: [{ name: { formatted_name: 'Ana' } }] }],
      ['BUTTON', { type: 'button', button: { payload: 'yes', text: 'Sí' } }],
      [
        'INTERACTIVE',
        { type: 'interactive', interactive: { type: 'button_reply', button_reply: { id: '1', title: 'Sí' } } },
      ],
      [
        'INTERACTIVE',
        { type: 'interactive', interactive: { type: 'list_reply', list_reply: { id: '1', title: 'Lunes' } } },
      ],
      [
        'INTERACTIVE',
        {
          type: 'interactive',
          interactive: { type: 'call_permission_reply', call_permission_reply: { response: 'accept' } },
        },
      ],
      ['INTERACTIVE', { type: 'interactive', interactive: { type: 'newer_than_this', newer_than_this: {} } }],
      ['INTERACTIVE', { type: 'interactive', errors }],
      ['ORDER', { type: 'order', order: { catalog_id: '1', product_items: [{ quantity: 2 }] } }],
      ['SYSTEM', { type: 'system', system: { type: 'user_changed_number', wa_id: '34612345699' } }],
      ['REQUEST_WELCOME', { type: 'request_welcome' }],
      ['UNSUPPORTED', { type: 'unsupported', unsupported: { type: 'poll' }, errors }],
      ['UNKNOWN', { type: 'hologram', hologram: { size: 7 } }],
    ])('%s: %j', (messageType, message) => {
      const { content, ...read_ } = read(message);

      expect(read_).toMatchObject({ messageType, amendment: null });
      const { interactive: _, ...plain } = message as { interactive?: unknown };
      expect(content).toMatchObject({ ...COMMON, ...plain });
    });

    it('one that is nothing but errors', () => {
      expect(read({ errors })).toMatchObject({ messageType: 'UNKNOWN', content: { type: 'unknown', errors } });
    });
  });

  it.each<[string, string, unknown]>([
    ['that is JSON', '{"flow_token":"t1","day":"2026-11-30"}', { flow_token: 't1', day: '2026-11-30' }],
    ['that is none', 'no JSON', undefined],
    ['that is nested without end', '['.repeat(100_000), undefined],
  ])('reads the answer of a flow %s', (_, response_json, response) => {
    const nfm_reply = { name: 'flow', body: 'Sent', response_json };

    const { content } = read({ type: 'interactive', interactive: { type: 'nfm_reply', nfm_reply } });

    const expected = response === undefined ? nfm_reply : { ...nfm_reply, response };
    expect(content.interactive).toEqual({ type: 'nfm_reply', nfm_reply: expected });
  });

  it.each<[string, object, string | null]>([
    ['a reaction', { emoji: '👍' }, '👍'],
    ['one that was taken back, with an empty text', { emoji: '' }, null],
    ['one that was taken back, without any', {}, null],
  ])('tells %s', (_, reaction, emoji) => {
    const { content } = read({ type: 'reaction', reaction: { message_id: 'wamid.0', ...reaction } });

    expect(content.reaction).toEqual({ message_id: 'wamid.0', emoji });
  });

  it('says what an edit makes of which message', () => {
    const message = { type: 'text', text: { body: 'Adiós' } };

    expect(read({ type: 'edit', edit: { original_message_id: 'wamid.0', message } })).toMatchObject({
      messageType: 'EDIT',
      amendment: { kind: 'edited', originalId: 'wamid.0', id: 'wamid.1', at: AT, message },
    });
  });

  it('says which message a revocation takes back', () => {
    expect(read({ type: 'revoke', revoke: { original_message_id: 'wamid.0' } })).toMatchObject({
      messageType: 'REVOKE',
      amendment: { kind: 'revoked', originalId: 'wamid.0', id: 'wamid.1', at: AT, message: null },
    });
  });

  it.each([{ type: 'edit' }, { type: 'edit', edit: 7 }, { type: 'revoke', revoke: {} }, { type: '__proto__' }])(
    'takes %j for a message of its own',
    (message) => {
      expect(read(message).amendment).toBeNull();
    },
  );

  it('knows a person by phone and user id, and shows both as addresses', () => {
    const contact = {
      profile: { name: 'Ana', username: 'ana.r' },
      wa_id: '34612345678',
      user_id: 'ES.1',
      parent_user_id: 'ES.ENT.1',
    };

    expect(read({ type: 'text' }, [contact])).toMatchObject({
      contactKey: '+34612345678',
      addresses: ['+34612345678', 'ES.1'],
      person: {
        phone: '+34612345678',
        waId: '34612345678',
        userId: 'ES.1',
        parentUserId: 'ES.ENT.1',
        username: 'ana.r',
        profileName: 'Ana',
      },
    });
  });

  it('puts what is said in a group under the group, with who said it', () => {
    expect(read({ type: 'text', group_id: 'group-1' })).toMatchObject({
      contactKey: 'group-1',
      addresses: ['group-1'],
      fromPhone: '+34612345678',
      person: { phone: '+34612345678' },
    });
  });
});
