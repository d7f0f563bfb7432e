import { Body, Controller, Headers, HttpCode, HttpStatus, Post, Res } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBearerAuth,
  ApiBody,
  ApiHeader,
  ApiOperation,
  ApiTags,
  ApiUnprocessableEntityResponse,
} from '@nestjs/swagger';
import type { Response } from 'express';

import { isUuid, PLATFORM_TENANT_ID, ValidationError } from '#common';
import { PoEventHandler } from '#po-events';
import { type Caller, CurrentCaller, RequireScope, tenantOf } from '#tenants';

import { NotAudited } from '../audit/audited.decorator.ts';
import { IdempotencyService } from '../idempotency/idempotency.service.ts';
import { sendAnswer } from '../idempotency/send-answer.ts';
import { PO_EVENT, PO_EVENT_EXAMPLES, PoEventResponse } from './po-event.schemas.ts';

/** Purchase-order events without a broker: the same event, the same handler. */
@ApiTags('po-events')
@ApiBearerAuth()
@Controller('api/v1/po-events')
export class PoEventsController {
  constructor(
    private readonly handler: PoEventHandler,
    private readonly idempotency: IdempotencyService,
  ) {}

  @Post()
  @NotAudited('the event is kept, with what became of it')
  @ApiOperation({ summary: 'Hand in a purchase-order event' })
  @HttpCode(HttpStatus.ACCEPTED)
  @RequireScope('messages:send')
  @ApiHeader({ name: 'Idempotency-Key', required: false })
  @ApiBody({ schema: PO_EVENT, examples: PO_EVENT_EXAMPLES })
  @ApiAcceptedResponse({ type: PoEventResponse })
  @ApiUnprocessableEntityResponse({
    description: '`po-event-invalid` with every bad field, or why it can never be sent.',
  })
  async take(
    @CurrentCaller() caller: Caller,
    @Body() body: unknown,
    @Headers('idempotency-key') key: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object> {
    const event = ownEvent(caller, body);
    const request = { tenantId: caller.tenantId ?? PLATFORM_TENANT_ID, key, route: 'POST /api/v1/po-events', body };
    const answer = await this.idempotency.once(request, async () => {
      const { eventId, outcome, reason, messageId } = await this.handler.handle(event);
      return { status: 202, body: { event_id: eventId, outcome, reason, message_id: messageId } };
    });
    return sendAnswer(response, answer);
  }
}

/** A tenant's key speaks for its tenant alone, and need not name it. */
function ownEvent(caller: Caller, body: unknown): object {
  if (!isObject(body))
    throw new ValidationError([{ field: 'body', message: 'must be a JSON object' }], 'po-event-invalid');
  if (caller.tenantId === null || !isObject(body.data)) return body;
  const { tenant_id: named } = body.data;
  if (isUuid(named)) tenantOf(caller, named, 'data.tenant_id');
  return named === undefined ? { ...body, data: { ...body.data, tenant_id: caller.tenantId } } : body;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
