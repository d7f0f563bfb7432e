import { type BeforeApplicationShutdown, Injectable, Logger, type OnModuleInit } from '@nestjs/common';

import { afterCommit, AppConfig, BackgroundLoop, forEverybody } from '#common';

import { SenderRepository } from './sender.repository.ts';
import type { SendingNumber } from './sending-number.entity.ts';

/** A number that sends: Meta's ids and the secrets to use it with. */
export interface Sender {
  phoneNumberId: string;
  businessAccountId: string;
  /** The app at Meta that it belongs to; null: the one of the environment. */
  appId: string | null;
  accessToken: string;
  appSecret: string | undefined;
  /** Of the Graph API; undefined: `WHATSAPP_API_VERSION`. */
  apiVersion?: string;
  /** Undefined: `WHATSAPP_MESSAGES_PER_SECOND`. */
  messagesPerSecond?: number;
  /** The number itself, E.164; undefined until Meta told it. */
  fromPhone?: string;
}

/** What a delivery of an app is recognised by. */
export interface AppSecrets {
  /** Null: the app of the environment. */
  appId: string | null;
  /** The current one and, after a rotation, the previous one. Empty only where unsigned webhooks are allowed. */
  secrets: string[];
  verifyToken: string;
}

/** What another replica changed is known after so long. */
const RELOAD_MS = 2_000;

/**
 * Which number speaks for which tenant, and which app signs for which number. A tenant that was never configured uses the
 * platform's number. Kept in memory, because every message and every delivery asks.
 */
@Injectable()
export class SenderDirectory implements OnModuleInit, BeforeApplicationShutdown {
  private readonly logger = new Logger(SenderDirectory.name);
  private readonly fromPhones = new Map<string, string>();
  private readonly platform: Sender;
  private readonly platformSecrets: AppSecrets;
  private senders: Sender[];
  private secrets: AppSecrets[];
  private byTenant = new Map<string, Sender>();
  private readonly reloading = new BackgroundLoop(
    () => this.reload().then(() => false),
    RELOAD_MS,
    (cause) => this.logger.error({ message: 'Apps and numbers are as they were: they could not be read', err: cause }),
  );

  constructor(
    { whatsapp }: AppConfig,
    private readonly repository: SenderRepository,
  ) {
    const { phoneNumberId, businessAccountId, accessToken, appSecret, previousAppSecret } = whatsapp;
    this.platform = { phoneNumberId, businessAccountId, appId: null, accessToken, appSecret };
    this.platformSecrets = {
      appId: null,
      secrets: [appSecret, previousAppSecret].filter((secret) => secret !== undefined),
      verifyToken: whatsapp.webhookVerifyToken,
    };
    this.senders = [this.platform];
    this.secrets = [this.platformSecrets];
  }

  async onModuleInit(): Promise<void> {
    await this.repository.renewSecrets();
    await this.reload();
    this.reloading.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.reloading.stop();
  }

  /** Reads what is stored; whoever changed it calls this, so that the change counts at once. */
  async reload(): Promise<void> {
    await afterCommit(() => this.read());
  }

  /** Every number that sends, so that the dispatcher serves each in turn; the platform's first. */
  all(): Sender[] {
    return this.senders;
  }

  /** Every app that may sign a delivery. */
  apps(): AppSecrets[] {
    return this.secrets;
  }

  /** Null: the platform itself. */
  forTenant(tenantId: string | null): Sender {
    return (tenantId !== null && this.byTenant.get(tenantId)) || this.platform;
  }

  byPhoneNumberId(phoneNumberId: string): Sender | undefined {
    return this.senders.find((sender) => sender.phoneNumberId === phoneNumberId);
  }

  noteFromPhone(phoneNumberId: string, fromPhone: string): void {
    this.fromPhones.set(phoneNumberId, fromPhone);
    const sender = this.byPhoneNumberId(phoneNumberId);
    if (sender) sender.fromPhone = fromPhone;
  }

  private async read(): Promise<void> {
    const [apps, numbers] = await forEverybody(() =>
      Promise.all([this.repository.listApps(), this.repository.listNumbers()]),
    );
    const secretOf = new Map<string | null, string | undefined>(apps.map(({ id, appSecret }) => [id, appSecret]));
    secretOf.set(null, this.platform.appSecret);
    // Whoever stored the platform's own number as well meant the one of the environment.
    const others = numbers.filter(({ phoneNumberId }) => phoneNumberId !== this.platform.phoneNumberId);
    const senders = others.map((number) => this.toSender(number, secretOf.get(number.appId)));

    this.senders = [this.platform, ...senders];
    this.secrets = [
      this.platformSecrets,
      ...apps.map(({ id, appSecret, previousAppSecret, verifyToken }) => ({
        appId: id,
        secrets: [appSecret, ...(previousAppSecret === null ? [] : [previousAppSecret])],
        verifyToken,
      })),
    ];
    // The oldest comes first, and stands.
    this.byTenant = new Map(others.map(({ tenantId }, index) => [tenantId, senders[index]!] as const).reverse());
  }

  private toSender(number: SendingNumber, appSecret: string | undefined): Sender {
    const { phoneNumberId, businessAccountId, appId, accessToken, apiVersion, messagesPerSecond } = number;
    const fromPhone = this.fromPhones.get(phoneNumberId);
    return {
      phoneNumberId,
      businessAccountId,
      appId,
      accessToken,
      appSecret,
      ...(apiVersion !== null && { apiVersion }),
      ...(messagesPerSecond !== null && { messagesPerSecond }),
      ...(fromPhone !== undefined && { fromPhone }),
    };
  }
}
