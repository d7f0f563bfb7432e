import { Controller, Get, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';

import { forEverybody } from '#common';
import { Public } from '#tenants';

import { Metrics } from './metrics.ts';

@Public()
@ApiTags('operations')
@Controller('metrics')
export class MetricsController {
  constructor(private readonly metrics: Metrics) {}

  /** In the text format of Prometheus. */
  @Get()
  async show(@Res() response: Response): Promise<void> {
    response.type(this.metrics.contentType).send(await forEverybody(() => this.metrics.read()));
  }
}
