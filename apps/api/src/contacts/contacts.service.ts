import { Injectable } from '@nestjs/common';

import { isUuid, NotFoundError } from '#common';
import { ContactRepository } from '#messages';
import { type Caller, tenantAskedFor } from '#tenants';

import { readCursor, toPage } from '../messages/cursor.ts';
import { type ContactResponse, toContactResponse } from './contact.response.ts';
import type { ListContactsDto } from './list-contacts.dto.ts';

export interface ContactPage {
  data: ContactResponse[];
  paging: { next_cursor: string | null };
}

/** What the routes under `/contacts` do for a caller. */
@Injectable()
export class ContactsService {
  constructor(private readonly contacts: ContactRepository) {}

  async list(caller: Caller, dto: ListContactsDto): Promise<ContactPage> {
    const tenantId = tenantAskedFor(caller, dto.tenant_id);
    const filter = { tenantId, phone: dto.phone, userId: dto.user_id, name: dto.name };
    const found = await this.contacts.list(filter, dto.limit + 1, readCursor(dto.cursor));
    const addresses = await this.contacts.findAddresses(found.map(({ id }) => id));
    return toPage(found, dto.limit, (contact) => toContactResponse(contact, addresses));
  }

  /** Another tenant's contact is not found, as one that does not exist. */
  async get({ tenantId }: Caller, id: string): Promise<ContactResponse> {
    const contact = isUuid(id) ? await this.contacts.find(tenantId, id) : null;
    if (!contact) throw new NotFoundError('contact', id);
    return toContactResponse(contact, await this.contacts.findAddresses([contact.id]));
  }
}
