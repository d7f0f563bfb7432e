import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';

import { AppError, isUuid, NotFoundError } from '#common';
import { AccountEventRepository } from '#messages';
import { type Caller, CurrentCaller, RequireScope } from '#tenants';

import { readCursor, toPage } from '../messages/cursor.ts';
import { ApiPageResponse } from '../operations/openapi/decorators.ts';
import {
  AccountEventResponse,
  AccountEventWithValueResponse,
  toAccountEventResponse,
  toAccountEventWithValue,
} from './account-event.response.ts';
import { ListAccountEventsDto, toAccountEventFilter } from './list-account-events.dto.ts';

/** What Meta said of accounts, numbers and templates. They belong to the platform, so no tenant's key sees them. */
@ApiTags('account events')
@ApiBearerAuth()
@Controller('api/v1/whatsapp/account-events')
export class AccountEventsController {
  constructor(private readonly events: AccountEventRepository) {}

  @Get()
  @ApiOperation({ summary: 'List account events', description: 'Newest first.' })
  @RequireScope('admin')
  @ApiPageResponse(AccountEventResponse)
  async list(@CurrentCaller() caller: Caller, @Query() dto: ListAccountEventsDto) {
    refuseTenants(caller);
    const found = await this.events.list(toAccountEventFilter(dto), dto.limit + 1, readCursor(dto.cursor));
    return toPage(found, dto.limit, toAccountEventResponse);
  }

  @Get(':id')
  @ApiOperation({ summary: 'Look at an account event', description: 'One event with its value as Meta sent it.' })
  @RequireScope('admin')
  @ApiOkResponse({ type: AccountEventWithValueResponse })
  async get(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<AccountEventWithValueResponse> {
    refuseTenants(caller);
    const event = isUuid(id) ? await this.events.findById(id) : null;
    if (!event) throw new NotFoundError('account event', id);
    return toAccountEventWithValue(event);
  }
}

function refuseTenants({ tenantId }: Caller): void {
  if (tenantId === null) return;
  throw new AppError(403, 'platform-key-required', 'Account events concern every tenant: use a platform key.');
}
