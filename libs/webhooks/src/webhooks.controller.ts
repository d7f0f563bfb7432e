import { createHash, timingSafeEqual } from 'node:crypto';

import { Body, Controller, Get, Header, HttpCode, HttpStatus, Post, Query, UseGuards } from '@nestjs/common';
import {
  ApiBody,
  ApiForbiddenResponse,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiProduces,
  ApiQuery,
  ApiTags,
  ApiUnauthorizedResponse,
} from '@nestjs/swagger';

import { AppConfig, AppError } from '#common';
import { Public, SenderDirectory } from '#tenants';

import { MetaSignatureGuard, SignedBy } from './meta-signature.guard.ts';
import type { Signer } from './meta-signature.ts';
import { WebhookIntake } from './webhook.intake.ts';
import { DELIVERY, HEALTH, RECEIVED } from './webhook.schemas.ts';
import { WebhookRefusals } from './webhook-refusals.ts';

/** Meta's door. GET has no signature, only the verify token; POST has a signature and no token. */
@Public()
@ApiTags('webhook')
@Controller('api/v1/whatsapp')
export class WebhooksController {
  constructor(
    private readonly config: AppConfig,
    private readonly senders: SenderDirectory,
    private readonly intake: WebhookIntake,
    private readonly refusals: WebhookRefusals,
  ) {}

  @Get('webhook')
  @ApiOperation({ summary: "Answer Meta's handshake" })
  @ApiProduces('text/plain')
  @ApiQuery({ name: 'hub.mode', required: false, example: 'subscribe' })
  @ApiQuery({
    name: 'hub.verify_token',
    required: false,
    description: "WHATSAPP_WEBHOOK_VERIFY_TOKEN, or an app's own.",
  })
  @ApiQuery({ name: 'hub.challenge', required: false })
  @ApiOkResponse({ description: '`hub.challenge`, as it came.', schema: { type: 'string', example: '1158201444' } })
  @ApiForbiddenResponse({ description: '`webhook-verification-failed`.' })
  @Header('Content-Type', 'text/plain')
  verify(@Query() query: Record<string, unknown>): string {
    const { 'hub.mode': mode, 'hub.verify_token': token, 'hub.challenge': challenge } = query;
    if (mode === 'subscribe' && typeof challenge === 'string' && this.isVerifyToken(token)) return challenge;
    this.refusals.verifyToken += 1;
    throw new AppError(
      403,
      'webhook-verification-failed',
      'hub.mode must be "subscribe" and hub.verify_token must equal WHATSAPP_WEBHOOK_VERIFY_TOKEN (or the one stored with the app).',
    );
  }

  @Post('webhook')
  @ApiOperation({ summary: 'Take a delivery of Meta' })
  @HttpCode(HttpStatus.OK)
  @UseGuards(MetaSignatureGuard)
  @ApiHeader({ name: 'X-Hub-Signature-256', required: false, description: '`sha256=` and the HMAC of the raw body.' })
  @ApiBody({ schema: DELIVERY })
  @ApiOkResponse({ description: 'It is durable.', schema: RECEIVED })
  @ApiUnauthorizedResponse({ description: '`webhook-signature-missing`, `webhook-signature-invalid`.' })
  async receive(@Body() rawBody: Buffer, @SignedBy() signer: Signer): Promise<{ status: 'received' }> {
    await this.intake.take(rawBody, signer);
    return { status: 'received' };
  }

  @Get('health')
  @ApiOperation({ summary: 'Is the webhook there?' })
  @ApiOkResponse({ schema: HEALTH })
  health() {
    return {
      status: 'ok',
      notifications: this.config.notificationsEnabled ? 'enabled' : 'disabled',
      phone_number_id: this.config.whatsapp.phoneNumberId,
      api_version: this.config.whatsapp.apiVersion,
    };
  }

  /** Hashed first, so that neither the length nor the place of the first difference shows in the time it takes. */
  private isVerifyToken(token: unknown): boolean {
    const digest = (text: string) => createHash('sha256').update(text).digest();
    if (typeof token !== 'string') return false;
    const given = digest(token);
    return this.senders.apps().some(({ verifyToken }) => timingSafeEqual(given, digest(verifyToken)));
  }
}
