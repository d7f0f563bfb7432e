import { Injectable, Logger } from '@nestjs/common';

import { AppConfig, AppError, Clock, PLATFORM_TENANT_ID } from '#common';
import type { WhatsAppMessage } from '#messages';

import type { SendRequest } from './sending/send-request.ts';
import { type SendOptions, WhatsAppBusinessService } from './sending/whatsapp-business.service.ts';

/** How long the legacy call waits for WhatsApp; the message expires with it, so that `false` stays true. */
const LEGACY_WAIT_MS = 30_000;

/** A template message, as purchase orders ask for it. */
export interface TemplateNotification {
  tenantId: string;
  to: string;
  recipientName?: string;
  /** Meta's name, or our key. */
  template: { readonly name: string } | { readonly key: string };
  language: string;
  /** Of the body: positional ones, or named ones. */
  parameters: string[] | Record<string, string>;
  notificationId?: string;
  metadata?: Record<string, unknown>;
}

/** The facade in front of `WhatsAppBusinessService`: the signature that old code calls, and what PO events call. */
@Injectable()
export class WhatsAppService {
  private readonly logger = new Logger(WhatsAppService.name);

  constructor(
    private readonly config: AppConfig,
    private readonly business: WhatsAppBusinessService,
    private readonly clock: Clock,
  ) {}

  /** False: `ENABLE_WHATSAPP_NOTIFICATIONS` is off and nothing is sent. */
  get enabled(): boolean {
    return this.config.notificationsEnabled;
  }

  /**
   * The legacy call: a template when `templateName` is given, else `message` as free text. True once WhatsApp accepted
   * the message, false when it did not; it never throws.
   */
  async sendMessage(
    toPhone: string,
    message: string,
    templateName?: string,
    templateParams?: string[],
    tenantId: string = PLATFORM_TENANT_ID,
  ): Promise<boolean> {
    try {
      const stored = await this.business.sendMessage({
        tenantId,
        to: toPhone,
        message: this.legacyContent(message, templateName, templateParams),
        expiresAt: new Date(this.clock.now().getTime() + LEGACY_WAIT_MS),
      });
      const { status } = await this.business.waitForAnswer(stored.id, LEGACY_WAIT_MS);
      return status === 'SENT' || status === 'DELIVERED' || status === 'READ';
    } catch (cause) {
      const foreseen = cause instanceof AppError;
      this.logger[foreseen ? 'warn' : 'error']({ message: 'Legacy send failed', tenantId, err: cause });
      return false;
    }
  }

  /** Accepts a template message and answers the stored row; `alongside` becomes durable with it. */
  async notify(notification: TemplateNotification, options?: SendOptions): Promise<WhatsAppMessage> {
    const { template, language, parameters, ...rest } = notification;
    const message = { type: 'template', template: { ...template, language, parameters } };
    return this.business.sendMessage({ ...rest, message } satisfies SendRequest, options);
  }

  private legacyContent(message: string, templateName?: string, templateParams?: string[]): Record<string, unknown> {
    if (!templateName) return { type: 'text', text: message };
    const { language } = this.config.poEvents;
    return { type: 'template', template: { name: templateName, language, parameters: templateParams ?? [] } };
  }
}
