import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';

import { type Caller, CurrentCaller, RequireScope } from '#tenants';

import { ApiPageResponse } from '../operations/openapi/decorators.ts';
import { ContactResponse } from './contact.response.ts';
import { type ContactPage, ContactsService } from './contacts.service.ts';
import { ListContactsDto } from './list-contacts.dto.ts';

/** The people a tenant talks to. */
@ApiTags('contacts')
@ApiBearerAuth()
@Controller('api/v1/whatsapp/contacts')
export class ContactsController {
  constructor(private readonly contacts: ContactsService) {}

  @Get()
  @ApiOperation({ summary: 'List contacts', description: 'Newest first.' })
  @RequireScope('messages:read')
  @ApiPageResponse(ContactResponse)
  async list(@CurrentCaller() caller: Caller, @Query() query: ListContactsDto): Promise<ContactPage> {
    return this.contacts.list(caller, query);
  }

  @Get(':id')
  @ApiOperation({
    summary: 'Look at a contact',
    description: 'Also under the id of a contact that turned out to be the same person.',
  })
  @RequireScope('messages:read')
  @ApiOkResponse({ type: ContactResponse })
  async get(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<ContactResponse> {
    return this.contacts.get(caller, id);
  }
}
