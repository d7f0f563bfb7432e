import { Body, Controller, Delete, Get, HttpCode, HttpStatus, Param, Put } from '@nestjs/common';
import { ApiBearerAuth, ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';

import { NotFoundError, ValidationError } from '#common';
import { assertPlatform, type Caller, CurrentCaller, RequireScope, SenderDirectory, SenderRepository } from '#tenants';

import { Audited } from '../audit/audited.decorator.ts';
import {
  META_ID,
  PutSendingNumberDto,
  SendingNumberResponse,
  toSendingNumberResponse,
} from './dto/sending-number.dto.ts';

/** Numbers of tenants that have their own; all others send from the number of the environment. */
@ApiTags('senders')
@ApiBearerAuth()
@RequireScope('admin')
@Controller('api/v1/sending-numbers')
export class SendingNumbersController {
  constructor(
    private readonly repository: SenderRepository,
    private readonly senders: SenderDirectory,
  ) {}

  @Get()
  @ApiOkResponse({ type: [SendingNumberResponse] })
  async list(@CurrentCaller() caller: Caller): Promise<{ data: SendingNumberResponse[] }> {
    assertPlatform(caller);
    return { data: (await this.repository.listNumbers()).map(toSendingNumberResponse) };
  }

  /** Stores a number, or changes one; other replicas know it two seconds later. */
  @Put(':phone_number_id')
  @Audited<SendingNumbersController>('sending-number.stored', {
    named: 'phone_number_id',
    show: (numbers, { params }) => numbers.find(params.phone_number_id!),
  })
  @ApiOkResponse({ type: SendingNumberResponse })
  async put(
    @CurrentCaller() caller: Caller,
    @Param('phone_number_id') phoneNumberId: string,
    @Body() dto: PutSendingNumberDto,
  ): Promise<SendingNumberResponse> {
    assertPlatform(caller);
    await this.assertUsable(phoneNumberId, dto.app_id ?? null);
    const number = await this.repository.putNumber({
      phoneNumberId,
      tenantId: dto.tenant_id.toLowerCase(),
      businessAccountId: dto.business_account_id,
      appId: dto.app_id ?? null,
      accessToken: dto.access_token,
      messagesPerSecond: dto.messages_per_second ?? null,
    });
    await this.senders.reload();
    return toSendingNumberResponse(number);
  }

  /** What waits for it stays PENDING until it is stored again or expires. */
  @Delete(':phone_number_id')
  @Audited<SendingNumbersController>('sending-number.removed', {
    named: 'phone_number_id',
    show: (numbers, { params }) => numbers.find(params.phone_number_id!),
  })
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiNoContentResponse()
  async remove(@CurrentCaller() caller: Caller, @Param('phone_number_id') phoneNumberId: string): Promise<void> {
    assertPlatform(caller);
    if (!META_ID.test(phoneNumberId) || !(await this.repository.removeNumber(phoneNumberId))) {
      throw new NotFoundError('sending number', phoneNumberId);
    }
    await this.senders.reload();
  }

  private async find(phoneNumberId: string): Promise<SendingNumberResponse | null> {
    const number = (await this.repository.listNumbers()).find((one) => one.phoneNumberId === phoneNumberId);
    return number ? toSendingNumberResponse(number) : null;
  }

  private async assertUsable(phoneNumberId: string, appId: string | null): Promise<void> {
    const errors = [];
    if (!META_ID.test(phoneNumberId)) {
      errors.push({
        field: 'phone_number_id',
        message: "must be Meta's id of the number, digits such as 106540352242922",
      });
    } else if (this.senders.forTenant(null).phoneNumberId === phoneNumberId) {
      errors.push({
        field: 'phone_number_id',
        message: 'is the number of the environment (WHATSAPP_PHONE_NUMBER_ID), which every tenant shares',
      });
    }
    if (appId !== null && !(await this.repository.findApp(appId))) {
      errors.push({ field: 'app_id', message: 'there is no such app; make it with POST /api/v1/meta-apps first' });
    }
    if (errors.length > 0) throw new ValidationError(errors);
  }
}
