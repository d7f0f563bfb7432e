import { Injectable } from '@nestjs/common';

import { ValidationError } from '#common';
import { ContactRepository, type WhatsAppTemplate } from '#messages';

/** Whether somebody still wants marketing messages. Meta refuses them as well (131050), and counts it against the number. */
@Injectable()
export class MarketingConsentService {
  constructor(private readonly contacts: ContactRepository) {}

  /** @throws ValidationError 422 `recipient-opted-out` for a marketing template to somebody who stopped them */
  async assertWanted(tenantId: string, contactKey: string, { category }: Pick<WhatsAppTemplate, 'category'>) {
    if (category !== 'MARKETING') return;
    const contact = (await this.contacts.findByAddresses(tenantId, [contactKey])).get(contactKey);
    if (contact?.marketing !== 'stopped') return;
    const since = contact.marketingSince ? ` at ${contact.marketingSince.toISOString()}` : '';
    const message = `this person stopped marketing messages${since} (${contact.marketingSource ?? 'unknown'}); send none until they ask for them again`;
    throw new ValidationError([{ field: 'to', message }], 'recipient-opted-out');
  }
}
