import { Injectable } from '@nestjs/common';

import type { WhatsAppMessage } from '#messages';

import { MediaRepository, type MessageMedia } from './media.repository.ts';
import { mediaReferences } from './outbound/media-references.ts';

type Shown = Pick<WhatsAppMessage, 'id' | 'tenantId' | 'direction' | 'messageType' | 'content'>;

/** Types that have no file, and so need no question. */
const WITHOUT_MEDIA: readonly string[] = ['TEXT', 'LOCATION', 'CONTACTS', 'REACTION'];

/** Which files of ours belong to messages. */
@Injectable()
export class MessageMediaView {
  constructor(private readonly media: MediaRepository) {}

  /** For a page of messages: one question for the inbound ones, one for the outbound ones, none where there can be no file. */
  async of(messages: Shown[]): Promise<Map<string, MessageMedia[]>> {
    const asked = messages.filter(({ messageType }) => !WITHOUT_MEDIA.includes(messageType));
    const inbound = asked.filter(({ direction }) => direction === 'inbound').map(({ id }) => id);
    const outbound = asked.filter(({ direction }) => direction === 'outbound').flatMap(named);
    const found = [
      ...(inbound.length > 0 ? await this.media.ofInbound(inbound) : []),
      ...(outbound.length > 0 ? await this.media.ofOutbound(outbound) : []),
    ];
    const byMessage = new Map<string, MessageMedia[]>();
    for (const one of found) byMessage.set(one.messageId, [...(byMessage.get(one.messageId) ?? []), one]);
    return byMessage;
  }
}

function named({ id, tenantId, content }: Shown) {
  return mediaReferences(content).map(({ object }) => ({ messageId: id, tenantId, whatsappMediaId: object.id }));
}
