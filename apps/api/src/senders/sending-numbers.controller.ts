import { Body, Controller, Delete, Get, HttpCode, HttpStatus, Param, Patch, Put, Query } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiServiceUnavailableResponse,
  ApiTags,
  ApiUnprocessableEntityResponse,
} from '@nestjs/swagger';

import { assertPlatform, type Caller, CurrentCaller, RequireScope } from '#tenants';

import { Audited, type AuditedCall } from '../audit/audited.decorator.ts';
import { ApiPageResponse } from '../operations/openapi/decorators.ts';
import {
  ChangeSendingNumberDto,
  ListSendingNumbersQuery,
  PutSendingNumberDto,
  SendingNumberResponse,
  StoreSendingNumberQuery,
  toSendingNumberResponse,
} from './dto/sending-number.dto.ts';
import { SendingNumbersService } from './sending-numbers.service.ts';

const REFUSED = {
  description: '`sending-number-refused`: Meta refuses the token or the number; its words are in `detail`.',
};
const NOT_ASKED = { description: '`whatsapp-unreachable`, `whatsapp-unavailable`: nothing was stored.' };

const showNumber = (routes: SendingNumbersController, { caller, params }: AuditedCall) =>
  routes.get(caller, params.phone_number_id!);

/** Numbers of tenants that have their own; all others send from the number of the environment. */
@ApiTags('senders')
@ApiBearerAuth()
@RequireScope('admin')
@Controller('api/v1/sending-numbers')
export class SendingNumbersController {
  constructor(private readonly numbers: SendingNumbersService) {}

  @Get()
  @ApiOperation({ summary: 'List sending numbers', description: 'Newest first, all of them.' })
  @ApiPageResponse(SendingNumberResponse)
  async list(@CurrentCaller() caller: Caller, @Query() { tenant_id: tenantId }: ListSendingNumbersQuery) {
    assertPlatform(caller);
    return { data: (await this.numbers.list(tenantId)).map(toSendingNumberResponse), paging: { next_cursor: null } };
  }

  @Get(':phone_number_id')
  @ApiOperation({ summary: 'Look at a sending number' })
  @ApiOkResponse({ type: SendingNumberResponse })
  @ApiNotFoundResponse()
  async get(
    @CurrentCaller() caller: Caller,
    @Param('phone_number_id') phoneNumberId: string,
  ): Promise<SendingNumberResponse> {
    assertPlatform(caller);
    return toSendingNumberResponse(await this.numbers.find(phoneNumberId));
  }

  @Put(':phone_number_id')
  @ApiOperation({
    summary: 'Store a sending number',
    description: 'Stores a number, or replaces one, if Meta knows it by this token.',
  })
  @Audited<SendingNumbersController>('sending-number.stored', {
    named: 'phone_number_id',
    show: showNumber,
    outside: true,
  })
  @ApiOkResponse({ type: SendingNumberResponse })
  @ApiUnprocessableEntityResponse(REFUSED)
  @ApiServiceUnavailableResponse(NOT_ASKED)
  async put(
    @CurrentCaller() caller: Caller,
    @Param('phone_number_id') phoneNumberId: string,
    @Query() { verify }: StoreSendingNumberQuery,
    @Body() dto: PutSendingNumberDto,
  ): Promise<SendingNumberResponse> {
    assertPlatform(caller);
    return toSendingNumberResponse(await this.numbers.put(phoneNumberId, dto, verify));
  }

  @Patch(':phone_number_id')
  @ApiOperation({
    summary: 'Change a sending number',
    description: 'Changes what is given; `access_token` alone rotates the token, everywhere within two seconds.',
  })
  @Audited<SendingNumbersController>('sending-number.changed', {
    named: 'phone_number_id',
    show: showNumber,
    outside: true,
  })
  @ApiOkResponse({ type: SendingNumberResponse })
  @ApiNotFoundResponse()
  @ApiUnprocessableEntityResponse(REFUSED)
  @ApiServiceUnavailableResponse(NOT_ASKED)
  async change(
    @CurrentCaller() caller: Caller,
    @Param('phone_number_id') phoneNumberId: string,
    @Query() { verify }: StoreSendingNumberQuery,
    @Body() dto: ChangeSendingNumberDto,
  ): Promise<SendingNumberResponse> {
    assertPlatform(caller);
    return toSendingNumberResponse(await this.numbers.change(phoneNumberId, dto, verify));
  }

  @Delete(':phone_number_id')
  @Audited<SendingNumbersController>('sending-number.removed', {
    named: 'phone_number_id',
    show: showNumber,
  })
  @ApiOperation({
    summary: 'Remove a sending number',
    description: 'What waits for it stays PENDING until it is stored again or expires.',
  })
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiNoContentResponse()
  @ApiNotFoundResponse()
  async remove(@CurrentCaller() caller: Caller, @Param('phone_number_id') phoneNumberId: string): Promise<void> {
    assertPlatform(caller);
    await this.numbers.remove(phoneNumberId);
  }
}
