import { Controller, Get, HttpCode, HttpStatus, Param, Post } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';

import { type Caller, CurrentCaller, RequireScope } from '#tenants';

import { Audited } from '../audit/audited.decorator.ts';
import { objectOf } from '../operations/openapi/decorators.ts';
import { BatchesService } from './batches.service.ts';
import { BatchResponse } from './dto/batch.response.ts';

@ApiTags('messages')
@ApiBearerAuth()
@Controller('api/v1/whatsapp/batches')
export class BatchesController {
  constructor(private readonly batches: BatchesService) {}

  @Get(':id')
  @ApiOperation({ summary: 'Look at a batch' })
  @RequireScope('messages:read')
  @ApiOkResponse({ type: BatchResponse })
  async get(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<BatchResponse> {
    return this.batches.get(caller, id);
  }

  @Post(':id/cancel')
  @Audited('batch.cancelled')
  @ApiOperation({ summary: 'Cancel what a batch has not sent' })
  @HttpCode(HttpStatus.OK)
  @RequireScope('messages:send')
  @ApiOkResponse({ description: 'How many had not left yet.', schema: objectOf({ cancelled: { type: 'integer' } }) })
  async cancel(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<{ cancelled: number }> {
    return this.batches.cancel(caller, id);
  }

  @Post(':id/retry')
  @Audited('batch.retried')
  @ApiOperation({ summary: 'Send again what a batch failed to send' })
  @HttpCode(HttpStatus.ACCEPTED)
  @RequireScope('messages:send')
  @ApiAcceptedResponse({ description: 'How many had failed.', schema: objectOf({ retried: { type: 'integer' } }) })
  async retry(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<{ retried: number }> {
    return this.batches.retry(caller, id);
  }
}
