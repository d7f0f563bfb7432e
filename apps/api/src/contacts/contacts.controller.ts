import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiTags } from '@nestjs/swagger';

import { type Caller, CurrentCaller, RequireScope } from '#tenants';

import { ContactResponse } from './contact.response.ts';
import { type ContactPage, ContactsService } from './contacts.service.ts';
import { ListContactsDto } from './list-contacts.dto.ts';

/** The people a tenant talks to. */
@ApiTags('contacts')
@ApiBearerAuth()
@Controller('api/v1/whatsapp/contacts')
export class ContactsController {
  constructor(private readonly contacts: ContactsService) {}

  /** Newest first. */
  @Get()
  @RequireScope('messages:read')
  async list(@CurrentCaller() caller: Caller, @Query() query: ListContactsDto): Promise<ContactPage> {
    return this.contacts.list(caller, query);
  }

  /** Also under the id of a contact that turned out to be the same person. */
  @Get(':id')
  @RequireScope('messages:read')
  @ApiOkResponse({ type: ContactResponse })
  async get(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<ContactResponse> {
    return this.contacts.get(caller, id);
  }
}
