import { Body, Controller, Get, Headers, HttpCode, HttpStatus, Param, Post, Query, Res } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBearerAuth,
  ApiBody,
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiProduces,
  ApiTags,
} from '@nestjs/swagger';
import type { Response } from 'express';

import { type Caller, CurrentCaller, RequireScope } from '#tenants';

import { Audited, type AuditedCall, NotAudited } from '../audit/audited.decorator.ts';
import { sendCsv } from '../csv.ts';
import { sendAnswer } from '../idempotency/send-answer.ts';
import { ApiPageResponse } from '../operations/openapi/decorators.ts';
import { BatchesService } from './batches.service.ts';
import { ListMessagesDto, MessageFiltersDto } from './dto/list-messages.dto.ts';
import { MessageResponse } from './dto/message.response.ts';
import { BULK_EXAMPLES, SEND_EXAMPLES } from './dto/message-objects.schema.ts';
import { RetryMessageDto } from './dto/retry-message.dto.ts';
import { BulkResponse, SendBulkDto } from './dto/send-bulk.dto.ts';
import { SendMessageDto } from './dto/send-message.dto.ts';
import { COLUMNS, toRows } from './messages.export.ts';
import { type MessagePage, MessagesService } from './messages.service.ts';
import { PreferWait } from './prefer-wait.decorator.ts';

@ApiTags('messages')
@ApiBearerAuth()
@Controller('api/v1/whatsapp/messages')
export class MessagesController {
  constructor(
    private readonly messages: MessagesService,
    private readonly batches: BatchesService,
  ) {}

  @Post()
  @ApiOperation({ summary: 'Send a message' })
  @HttpCode(HttpStatus.ACCEPTED)
  @RequireScope('messages:send')
  @NotAudited('the message tells it; what people send is written down by MessagesService, for both doors')
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'Two requests with one key are one, for 24 hours.',
  })
  @ApiHeader({
    name: 'Prefer',
    required: false,
    description: '`wait=N`: answer when the message is SENT or FAILED, at most N (≤ 30) seconds later.',
  })
  @ApiBody({ type: SendMessageDto, examples: SEND_EXAMPLES })
  @ApiAcceptedResponse({ type: MessageResponse, description: 'Stored; it is not lost any more.' })
  @ApiCreatedResponse({ type: MessageResponse, description: 'With `Prefer: wait`: WhatsApp answered.' })
  async send(
    @CurrentCaller() caller: Caller,
    @Body() body: unknown,
    @Headers('idempotency-key') idempotencyKey: string | undefined,
    @PreferWait() waitMs: number,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object> {
    return sendAnswer(response, await this.messages.send(caller, body, { idempotencyKey, waitMs }));
  }

  @Post('bulk')
  @ApiOperation({ summary: 'Send many messages' })
  @HttpCode(HttpStatus.ACCEPTED)
  @RequireScope('messages:send')
  @NotAudited('the messages tell it; what people send is written down by BatchesService')
  @ApiHeader({ name: 'Idempotency-Key', required: false })
  @ApiBody({ type: SendBulkDto, examples: BULK_EXAMPLES })
  @ApiAcceptedResponse({ type: BulkResponse, description: 'Each message judged alone, the good ones stored.' })
  async sendBulk(
    @CurrentCaller() caller: Caller,
    @Body() body: unknown,
    @Headers('idempotency-key') idempotencyKey: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object> {
    return sendAnswer(response, await this.batches.send(caller, body, idempotencyKey));
  }

  @Get()
  @ApiOperation({ summary: 'List messages' })
  @RequireScope('messages:read')
  @ApiPageResponse(MessageResponse)
  async list(@CurrentCaller() caller: Caller, @Query() query: ListMessagesDto): Promise<MessagePage> {
    return this.messages.list(caller, query);
  }

  @Get('export')
  @ApiOperation({
    summary: 'Export messages',
    description: 'Everything the filters let through, newest first, as a file for spreadsheets.',
  })
  @RequireScope('messages:read')
  @Audited('message.exported', { outside: true, asked: ({ query }) => query })
  @ApiProduces('text/csv')
  @ApiOkResponse({ description: 'CSV.', schema: { type: 'string', example: 'id,tenant_id,created_at' } })
  async export(
    @CurrentCaller() caller: Caller,
    @Query() query: MessageFiltersDto,
    @Res() response: Response,
  ): Promise<void> {
    const rows = toRows(await this.messages.export(caller, query));
    await sendCsv(response, { name: 'messages', columns: COLUMNS, rows });
  }

  @Get(':id')
  @ApiOperation({ summary: 'Look at a message with its timeline' })
  @RequireScope('messages:read')
  @ApiOkResponse({ type: MessageResponse })
  async get(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<MessageResponse> {
    return this.messages.get(caller, id);
  }

  @Post(':id/cancel')
  @ApiOperation({ summary: 'Cancel a message' })
  @HttpCode(HttpStatus.OK)
  @RequireScope('messages:send')
  @Audited('message.cancelled', { show: showMessage })
  @ApiOkResponse({ type: MessageResponse })
  @ApiConflictResponse({
    description: 'It is on the wire (`message-on-the-wire`), or has left (`message-not-pending`).',
  })
  async cancel(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<MessageResponse> {
    return this.messages.cancel(caller, id);
  }

  @Post(':id/retry')
  @ApiOperation({ summary: 'Send a failed message again' })
  @HttpCode(HttpStatus.ACCEPTED)
  @RequireScope('messages:send')
  @Audited('message.retried', { show: showMessage })
  @ApiAcceptedResponse({ type: MessageResponse, description: 'In the queue again.' })
  @ApiConflictResponse({
    description:
      '`message-not-failed`, `message-content-removed`, or `duplicate-risk-not-accepted` for an unconfirmed one.',
  })
  async retry(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Body() { accept_duplicate_risk: acceptDuplicateRisk = false }: RetryMessageDto,
  ): Promise<MessageResponse> {
    return this.messages.retry(caller, id, { acceptDuplicateRisk });
  }
}

function showMessage(controller: MessagesController, { caller, params }: AuditedCall): Promise<MessageResponse> {
  return controller.get(caller, params.id!);
}
