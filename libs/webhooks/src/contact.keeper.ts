import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

import { AppConfig, phoneSpellings, PLATFORM_TENANT_ID } from '#common';
import { ContactRepository, type Sighting, type StatusTarget, ToldMessageRepository } from '#messages';

import type { Preference, WebhookItem } from './mapping/webhook-item.ts';
import type { Kept } from './message.keeper.ts';
import { sightingOfMessage, sightingOfPreference, sightingOfStatus, type StopWords } from './sightings.ts';

/** What one round was told, and what became of it. */
export interface Round {
  statuses: Extract<WebhookItem, { kind: 'status' }>[];
  /** Of each status, in its place; undefined where the message is not known. */
  targets: (StatusTarget | undefined)[];
  kept: Kept[];
  preferences: Preference[];
}

/** Keeps what deliveries tell of people: who they are, how they are reached, whether they want marketing messages. */
@Injectable()
export class ContactKeeper {
  private readonly words: StopWords;

  constructor(
    private readonly contacts: ContactRepository,
    private readonly messages: ToldMessageRepository,
    { whatsapp }: AppConfig,
  ) {
    this.words = new Map([
      ...whatsapp.optInWords.map((word) => [word.toLowerCase(), 'resumed'] as const),
      ...whatsapp.optOutWords.map((word) => [word.toLowerCase(), 'stopped'] as const),
    ]);
  }

  /** `anew`: some of them were erased once, so what is known of them is not taken for granted. */
  async note(tx: EntityManager, { statuses, targets, kept, preferences }: Round, anew: boolean): Promise<void> {
    const now = new Date();
    const isKnown: ContactRepository['isKnown'] = (...news) => !anew && this.contacts.isKnown(...news);
    const sightings = [
      ...statuses.flatMap(({ event, person }, index) => {
        const target = targets[index];
        return target ? sightingOfStatus(event, person, target, isKnown) : [];
      }),
      ...kept.flatMap((one) => sightingOfMessage(one, this.words, now)),
      ...(await this.ofPreferences(tx, preferences)),
    ];
    if (anew) this.contacts.doubt(sightings);
    if (sightings.length > 0) await this.contacts.note(tx, sightings);
  }

  /** It is said to a number: whoever talks to that person through it has to know, or the platform when nobody does. */
  private async ofPreferences(tx: EntityManager, preferences: Preference[]): Promise<Sighting[]> {
    if (preferences.length === 0) return [];
    const spelled = preferences.map(({ addresses }) => addresses.flatMap(phoneSpellings));
    const tenants = await this.contacts.findTenants(tx, spelled.flat());
    const counterparts = preferences.map(({ phoneNumberId }, index) => ({ phoneNumberId, addresses: spelled[index]! }));
    const inTouch = await this.messages.findInTouch(tx, counterparts);
    return preferences.flatMap((preference, index) => {
      const known = spelled[index]!.flatMap((address) => tenants.get(address) ?? []);
      const last = inTouch[index]?.tenantId;
      const all = new Set([...known, ...(last ? [last] : [])]);
      return [...(all.size > 0 ? all : [PLATFORM_TENANT_ID])].flatMap((id) => sightingOfPreference(preference, id));
    });
  }
}
