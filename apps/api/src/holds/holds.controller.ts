import { Controller, Get, HttpCode, HttpStatus, Param, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiForbiddenResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';

import { afterCommit, isUuid, NotFoundError } from '#common';
import { SendHoldRepository } from '#messages';
import { assertPlatform, type Caller, CurrentCaller, RequireScope } from '#tenants';
import { OutboxPoller, SendHoldsService } from '#whatsapp';

import { Audited } from '../audit/audited.decorator.ts';
import { readCursor, toPage } from '../messages/cursor.ts';
import { PageDto } from '../messages/dto/page.dto.ts';
import { ApiPageResponse } from '../operations/openapi/decorators.ts';
import { HoldResponse, toHoldResponse } from './hold.response.ts';

/** What Meta stopped or throttles as a whole. */
@ApiTags('holds')
@ApiBearerAuth()
@Controller('api/v1/whatsapp/holds')
export class HoldsController {
  constructor(
    private readonly repository: SendHoldRepository,
    private readonly holds: SendHoldsService,
    private readonly outbox: OutboxPoller,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'List holds',
    description:
      "Newest first, those that are over as well; `released_at` is null while one lasts. A tenant's key is shown what holds the number that its messages leave from.",
  })
  @RequireScope('messages:read')
  @ApiPageResponse(HoldResponse)
  async list(@CurrentCaller() caller: Caller, @Query() { limit, cursor }: PageDto) {
    return toPage(await this.holds.list(caller.tenantId, limit + 1, readCursor(cursor)), limit, toHoldResponse);
  }

  @Post(':id/release')
  @Audited<HoldsController>('hold.released', { show: (holds, { params }) => holds.find(params.id!) })
  @ApiOperation({
    summary: 'Release a hold',
    description: 'Lets messages go on at once, of every tenant there; if Meta still refuses, the hold begins anew.',
  })
  @HttpCode(HttpStatus.OK)
  @RequireScope('admin')
  @ApiOkResponse({ type: HoldResponse })
  @ApiForbiddenResponse({ description: '`platform-key-required`.' })
  async release(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<HoldResponse> {
    assertPlatform(caller);
    if (!isUuid(id)) throw new NotFoundError('hold', id);
    const hold = await this.holds.releaseByHand(id);
    await afterCommit(() => this.outbox.wake());
    return toHoldResponse(hold);
  }

  private async find(id: string): Promise<HoldResponse | null> {
    const hold = isUuid(id) ? await this.repository.findById(id) : null;
    return hold && toHoldResponse(hold);
  }
}
