import { Controller, Get, HttpCode, HttpStatus, Param, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';

import { isUuid, NotFoundError } from '#common';
import { type ArchivedDelivery, WebhookArchiveRepository } from '#messages';
import { assertPlatform, type Caller, CurrentCaller, RequireScope } from '#tenants';

import { Audited } from '../audit/audited.decorator.ts';
import { readCursor, toPage } from '../messages/cursor.ts';
import { ApiPageResponse } from '../operations/openapi/decorators.ts';
import { ListDeliveriesDto, toArchiveFilter } from './list-deliveries.dto.ts';
import {
  toDeliveryResponse,
  toSetAsideResponse,
  WebhookDeliveryDetailsResponse,
  WebhookDeliveryResponse,
} from './webhook-delivery.response.ts';

/** What Meta posted, what became of it, and how to apply it again. Tenants are mixed in it, so a platform key is needed. */
@ApiTags('webhook deliveries')
@ApiBearerAuth()
@RequireScope('admin')
@Controller('api/v1/whatsapp/webhook-deliveries')
export class WebhookDeliveriesController {
  constructor(private readonly archive: WebhookArchiveRepository) {}

  @Get()
  @ApiOperation({ summary: 'List webhook deliveries', description: 'Newest first.' })
  @ApiPageResponse(WebhookDeliveryResponse)
  async list(@CurrentCaller() caller: Caller, @Query() query: ListDeliveriesDto) {
    assertPlatform(caller);
    const { limit, cursor } = query;
    const found = await this.archive.list(toArchiveFilter(query), limit + 1, readCursor(cursor));
    return toPage(found, limit, toDeliveryResponse);
  }

  @Get(':id')
  @ApiOperation({ summary: 'Look at a webhook delivery' })
  @ApiOkResponse({ type: WebhookDeliveryDetailsResponse })
  async get(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<WebhookDeliveryDetailsResponse> {
    assertPlatform(caller);
    const delivery = await this.find(id);
    const [body, setAside] = await Promise.all([this.archive.readBody(id), this.archive.setAsideOf(id)]);
    if (!body) throw new NotFoundError('webhook delivery', id);
    return {
      ...toDeliveryResponse(delivery),
      body: body.toString('utf8'),
      set_aside: setAside.map(toSetAsideResponse),
    };
  }

  @Post(':id/replay')
  @Audited<WebhookDeliveriesController>('webhook-delivery.replayed', {
    show: async (deliveries, { params }) => toDeliveryResponse(await deliveries.find(params.id!)),
  })
  @ApiOperation({
    summary: 'Apply a webhook delivery again',
    description: 'What it said already changes nothing when it is applied again; what was set aside is judged anew.',
  })
  @HttpCode(HttpStatus.ACCEPTED)
  @ApiAcceptedResponse({ type: WebhookDeliveryResponse, description: 'In the queue again.' })
  async replay(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<WebhookDeliveryResponse> {
    assertPlatform(caller);
    const delivery = await this.find(id);
    await this.archive.replay([id]);
    return toDeliveryResponse({ ...delivery, state: 'waiting', attempts: 0, lastError: null, setAside: 0 });
  }

  private async find(id: string): Promise<ArchivedDelivery> {
    const delivery = isUuid(id) ? await this.archive.find(id) : undefined;
    if (!delivery) throw new NotFoundError('webhook delivery', id);
    return delivery;
  }
}
