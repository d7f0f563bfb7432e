import { Controller, Get, Res, ServiceUnavailableException } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiServiceUnavailableResponse, ApiTags } from '@nestjs/swagger';
import {
  HealthCheckService,
  type HealthIndicatorResult,
  HealthIndicatorService,
  TypeOrmHealthIndicator,
} from '@nestjs/terminus';
import type { Response } from 'express';

import { AppConfig, forEverybody } from '#common';
import { EventTemplateAudit, PoRmqServer } from '#po-events';
import { Public } from '#tenants';
import { OutboxPoller } from '#whatsapp';

import { objectOf } from './openapi/decorators.ts';

/** Each part is up or down, with what a person needs to know about it. */
const PARTS = {
  type: 'object',
  additionalProperties: {
    type: 'object',
    required: ['status'],
    properties: { status: { enum: ['up', 'down'] } },
    additionalProperties: true,
  },
  example: { database: { status: 'up' } },
};
const HEALTH = objectOf({
  status: { enum: ['ok', 'error', 'shutting_down'] },
  info: PARTS,
  error: PARTS,
  details: PARTS,
});

@Public()
@ApiTags('operations')
@Controller('health')
export class HealthController {
  constructor(
    private readonly config: AppConfig,
    private readonly health: HealthCheckService,
    private readonly indicator: HealthIndicatorService,
    private readonly database: TypeOrmHealthIndicator,
    private readonly poller: OutboxPoller,
    private readonly poEvents: PoRmqServer,
    private readonly eventTemplates: EventTemplateAudit,
  ) {}

  @Get('live')
  @ApiOperation({
    summary: 'Does the process answer?',
    description: 'The process answers: nothing more, so that a database outage restarts nobody.',
  })
  @ApiOkResponse({ schema: objectOf({ status: { const: 'ok' } }) })
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get(['', 'ready'])
  @ApiOperation({
    summary: 'May requests come here?',
    description:
      'Whether requests should come here: database, broker where one is configured, dispatcher. Beside that, which events wait for their template.',
  })
  @ApiOkResponse({ schema: HEALTH, description: 'Up.' })
  @ApiServiceUnavailableResponse({
    description: 'Something is down: what, and why.',
    content: { 'application/json': { schema: HEALTH } },
  })
  async ready(@Res({ passthrough: true }) response: Response): Promise<object> {
    try {
      return await this.health.check([
        () => this.database.pingCheck('database', { timeout: 2_000 }),
        () => this.broker(),
        () => this.dispatcher(),
        () => forEverybody(() => this.templates()),
      ]);
    } catch (failure) {
      if (!(failure instanceof ServiceUnavailableException)) throw failure;
      response.status(failure.getStatus());
      return failure.getResponse() as object;
    }
  }

  private broker(): HealthIndicatorResult {
    const check = this.indicator.check('rabbitmq');
    if (!this.config.rabbitmq.url) return check.up('off: RABBITMQ_URL is not set, purchase orders come by HTTP only');
    if (!this.config.roles.has('po-events')) return check.up('off: PALOMAR_ROLES leaves it to other processes');
    return this.poEvents.connected ? check.up() : check.down('not consuming; it connects again by itself');
  }

  /** Never down: a template that Meta still reviews is no reason to keep requests away. */
  private async templates(): Promise<HealthIndicatorResult> {
    const check = this.indicator.check('templates');
    try {
      const faults = await this.eventTemplates.look();
      if (faults.length === 0) return check.up();
      return check.up({ waiting: faults.map(({ eventType, fault }) => ({ event_type: eventType, fault })) });
    } catch {
      return check.up('not known: the registry could not be read');
    }
  }

  private dispatcher(): HealthIndicatorResult {
    const check = this.indicator.check('dispatcher');
    if (!this.config.notificationsEnabled) return check.up('off: ENABLE_WHATSAPP_NOTIFICATIONS is false');
    if (!this.config.roles.has('dispatcher')) return check.up('off: PALOMAR_ROLES leaves it to other processes');
    return this.poller.running ? check.up() : check.down('stopped');
  }
}
