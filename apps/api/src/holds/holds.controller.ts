import { Controller, Get, HttpCode, HttpStatus, Param, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiTags } from '@nestjs/swagger';

import { afterCommit, isUuid, NotFoundError } from '#common';
import { SendHoldRepository } from '#messages';
import { RequireScope } from '#tenants';
import { OutboxPoller, SendHoldsService } from '#whatsapp';

import { Audited } from '../audit/audited.decorator.ts';
import { readCursor, toPage } from '../messages/cursor.ts';
import { PageDto } from '../messages/dto/page.dto.ts';
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

  /** Newest first, those that are over as well; `released_at` is null while one lasts. */
  @Get()
  @RequireScope('messages:read')
  @ApiOkResponse({ type: [HoldResponse] })
  async list(@Query() { limit, cursor }: PageDto) {
    return toPage(await this.repository.list(limit + 1, readCursor(cursor)), limit, toHoldResponse);
  }

  /** Lets messages go on at once; if Meta still refuses, the hold begins anew. */
  @Post(':id/release')
  @Audited<HoldsController>('hold.released', { show: (holds, { params }) => holds.find(params.id!) })
  @HttpCode(HttpStatus.OK)
  @RequireScope('admin')
  @ApiOkResponse({ type: HoldResponse })
  async release(@Param('id') id: string): Promise<HoldResponse> {
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
