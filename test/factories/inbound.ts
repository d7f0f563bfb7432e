import type { InboundMessage } from '../../libs/webhooks/src/mapping/webhook-item.ts';
import { aPhone, aWamid, PHONE_NUMBER_ID } from './messages.ts';

/** A customer's message as it was read; `change` is what the test is about. */
export function anInboundMessage(change: Partial<InboundMessage> = {}): InboundMessage {
  const phone = change.contactKey ?? aPhone();
  const waId = phone.replace('+', '');
  return {
    phoneNumberId: PHONE_NUMBER_ID,
    whatsappMessageId: aWamid(),
    messageType: 'TEXT',
    contactKey: phone,
    addresses: [phone],
    person: { phone, waId, userId: null, parentUserId: null, username: null, profileName: 'Ana' },
    fromPhone: phone,
    recipientPhone: null,
    recipientUserId: null,
    waId,
    recipientName: 'Ana',
    content: { type: 'text', text: { body: 'Hola' } },
    amendment: null,
    sentAt: new Date(),
    ...change,
  };
}
