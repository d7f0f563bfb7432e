import { Injectable } from '@nestjs/common';

import { Clock, leastIdAt } from '#common';
import { MessageMediaView } from '#media';
import { MentionRepository, mentionsOf, type Person, PersonRepository } from '#messages';
import { PoDeadLetterRepository, PoEventRepository } from '#po-events';

import { toMessageMedia, toMessageResponse, toTimeline } from '../messages/dto/message.response.ts';

const START = leastIdAt(new Date(0));

/** All that is kept of one person, as one JSON object that is written while it is read: nobody's data fills the memory. */
@Injectable()
export class PersonExport {
  constructor(
    private readonly clock: Clock,
    private readonly people: PersonRepository,
    private readonly media: MessageMediaView,
    private readonly mentions: MentionRepository,
    private readonly poEvents: PoEventRepository,
    private readonly deadLetters: PoDeadLetterRepository,
  ) {}

  async *write(person: Person): AsyncGenerator<string> {
    const { tenantId, addresses } = person;
    const mentions = mentionsOf(addresses);
    const now = this.clock.now();
    const head = JSON.stringify({ exported_at: now.toISOString(), tenant_id: tenantId, addresses });
    yield head.slice(0, -1);
    yield* list('contacts', await this.people.readContacts(person));
    yield* list('conversations', await this.people.readConversations(person));
    yield* list('messages', this.readMessages(person));
    // They are in no tenant's hands: an event that could not be read has none.
    yield* list('po_dead_letters', tenantId === null ? this.readDeadLetters(mentions) : []);
    const all = { position: START, before: leastIdAt(now) };
    yield* list('webhook_deliveries', tenantId === null ? this.mentions.readDeliveries(all, mentions) : []);
    yield '}\n';
  }

  private async *readMessages(person: Person): AsyncGenerator<object> {
    for (let after = START; ;) {
      const page = await this.people.readMessages(person, after);
      const last = page.at(-1);
      if (!last) return;
      const media = await this.media.of(page);
      const orders = await this.poEvents.findOfMessages(page.map(({ id }) => id));
      for (const message of page) {
        yield {
          ...toMessageResponse(message),
          provider_response: message.providerResponse,
          events: toTimeline(message, message.events),
          media: toMessageMedia(media.get(message.id)),
          po_events: orders
            .filter(({ messageId }) => messageId === message.id)
            .map(({ id, eventType, poId, poNumber, receivedAt }) => ({
              id,
              event_type: eventType,
              po_id: poId,
              po_number: poNumber,
              received_at: receivedAt,
            })),
        };
      }
      after = last.id;
    }
  }

  private async *readDeadLetters(mentions: string[]): AsyncGenerator<object> {
    for (const { id, body, reason, receivedAt } of await this.deadLetters.findMentioning(mentions)) {
      yield { id, reason, received_at: receivedAt, body: body.toString('utf8') };
    }
  }
}

async function* list(name: string, items: Iterable<object> | AsyncIterable<object>): AsyncGenerator<string> {
  yield `,${JSON.stringify(name)}:[`;
  let parting = '';
  for await (const item of items) {
    yield `${parting}${JSON.stringify(item)}`;
    parting = ',\n';
  }
  yield ']';
}
