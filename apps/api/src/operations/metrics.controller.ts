import { Controller, Get, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';

import { forEverybody } from '#common';
import { Public } from '#tenants';

import { Metrics } from './metrics.ts';

@Public()
@ApiTags('operations')
@Controller('metrics')
export class MetricsController {
  constructor(private readonly metrics: Metrics) {}

  @Get()
  @ApiOperation({ summary: 'Figures for Prometheus', description: 'In the text format of Prometheus.' })
  @ApiProduces('text/plain')
  @ApiOkResponse({ schema: { type: 'string', example: 'palomar_holds{scope="token"} 0' } })
  async show(@Res() response: Response): Promise<void> {
    response.type(this.metrics.contentType).send(await forEverybody(() => this.metrics.read()));
  }
}
