import { Injectable } from '@nestjs/common';

import { GroupCommit, ValidationError } from '#common';
import { ContactRepository, ErasedPeople, type KnownContact } from '#messages';

interface Person {
  tenantId: string;
  contactKey: string;
}

type Consent = Pick<KnownContact, 'marketing' | 'marketingSince' | 'marketingSource'>;

const ERASED_SINCE = { marketing: 'stopped', marketingSource: 'before they were erased' } as const;

const LOOK_UPS = { largest: 1_000, mostWaiting: 100_000, gapMs: 0 };

/** Whether somebody still wants marketing messages. Meta refuses them as well (131050), and counts it against the number. */
@Injectable()
export class MarketingConsentService {
  /** A thousand messages of one request are one question. */
  private readonly lookUps = new GroupCommit((people: Person[]) => this.lookUp(people), LOOK_UPS);

  constructor(
    private readonly contacts: ContactRepository,
    private readonly erased: ErasedPeople,
  ) {}

  /** @throws ValidationError 422 `recipient-opted-out` for somebody who stopped them */
  async assertWanted(tenantId: string, contactKey: string): Promise<void> {
    const contact = await this.lookUps.add({ tenantId, contactKey });
    if (contact?.marketing !== 'stopped') return;
    const since = contact.marketingSince ? ` at ${contact.marketingSince.toISOString()}` : '';
    const message = `this person stopped marketing messages${since} (${contact.marketingSource ?? 'unknown'}); send none until they ask for them again`;
    throw new ValidationError([{ field: 'to', message }], 'recipient-opted-out');
  }

  private async lookUp(people: Person[]): Promise<(Consent | undefined)[]> {
    const found = new Map<string, Map<string, KnownContact>>();
    for (const tenantId of new Set(people.map((one) => one.tenantId))) {
      const theirs = people.filter((one) => one.tenantId === tenantId).map(({ contactKey }) => contactKey);
      found.set(tenantId, await this.contacts.findByAddresses(tenantId, theirs));
    }
    return this.withKeptRefusals(
      people,
      people.map(({ tenantId, contactKey }) => found.get(tenantId)?.get(contactKey)),
    );
  }

  /** Who was erased after they had stopped them, and has said nothing since, still wants none. */
  private async withKeptRefusals(people: Person[], consents: (Consent | undefined)[]) {
    const unsaid = people.flatMap(({ tenantId, contactKey: address }, index) =>
      consents[index]?.marketing ? [] : [{ tenantId, address, index }],
    );
    for (const [place, since] of (await this.erased.findRefusals(unsaid)).entries()) {
      if (since) consents[unsaid[place]!.index] = { ...ERASED_SINCE, marketingSince: since };
    }
    return consents;
  }
}
