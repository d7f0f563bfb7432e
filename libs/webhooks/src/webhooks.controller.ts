import { createHash, timingSafeEqual } from 'node:crypto';

import { Body, Controller, Get, Header, HttpCode, HttpStatus, Post, Query, UseGuards } from '@nestjs/common';

import { AppConfig, AppError } from '#common';
import { Public } from '#tenants';

import { MetaSignatureGuard } from './meta-signature.guard.ts';
import { WebhookIntake } from './webhook.intake.ts';

/** Meta's door. GET has no signature, only the verify token; POST has a signature and no token. */
@Public()
@Controller('api/v1/whatsapp')
export class WebhooksController {
  constructor(
    private readonly config: AppConfig,
    private readonly intake: WebhookIntake,
  ) {}

  @Get('webhook')
  @Header('Content-Type', 'text/plain')
  verify(@Query() query: Record<string, unknown>): string {
    const { 'hub.mode': mode, 'hub.verify_token': token, 'hub.challenge': challenge } = query;
    if (mode === 'subscribe' && typeof challenge === 'string' && this.isVerifyToken(token)) return challenge;
    throw new AppError(
      403,
      'webhook-verification-failed',
      'hub.mode must be "subscribe" and hub.verify_token must equal WHATSAPP_WEBHOOK_VERIFY_TOKEN.',
    );
  }

  @Post('webhook')
  @HttpCode(HttpStatus.OK)
  @UseGuards(MetaSignatureGuard)
  async receive(@Body() rawBody: Buffer): Promise<{ status: 'received' }> {
    await this.intake.take(rawBody);
    return { status: 'received' };
  }

  @Get('health')
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
    return typeof token === 'string' && timingSafeEqual(digest(token), digest(this.config.whatsapp.webhookVerifyToken));
  }
}
