import { Controller, Get, HttpCode, HttpStatus, Param, Post } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBearerAuth, ApiOkResponse, ApiTags } from '@nestjs/swagger';

import { type Caller, CurrentCaller, RequireScope } from '#tenants';

import { Audited } from '../audit/audited.decorator.ts';
import { BatchesService } from './batches.service.ts';
import { BatchResponse } from './dto/batch.response.ts';

@ApiTags('messages')
@ApiBearerAuth()
@Controller('api/v1/whatsapp/batches')
export class BatchesController {
  constructor(private readonly batches: BatchesService) {}

  @Get(':id')
  @RequireScope('messages:read')
  @ApiOkResponse({ type: BatchResponse })
  async get(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<BatchResponse> {
    return this.batches.get(caller, id);
  }

  @Post(':id/cancel')
  @Audited('batch.cancelled')
  @HttpCode(HttpStatus.OK)
  @RequireScope('messages:send')
  @ApiOkResponse({ description: '`{ cancelled }`: how many had not left yet.' })
  async cancel(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<{ cancelled: number }> {
    return this.batches.cancel(caller, id);
  }

  @Post(':id/retry')
  @Audited('batch.retried')
  @HttpCode(HttpStatus.ACCEPTED)
  @RequireScope('messages:send')
  @ApiAcceptedResponse({ description: '`{ retried }`: how many had failed.' })
  async retry(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<{ retried: number }> {
    return this.batches.retry(caller, id);
  }
}
