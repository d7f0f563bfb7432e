import { Injectable } from '@nestjs/common';

import { AppConfig } from '#common';

/** A number that sends: Meta's ids and the secrets to use it with. */
export interface Sender {
  phoneNumberId: string;
  businessAccountId: string;
  accessToken: string;
  appSecret: string | undefined;
  /** The number itself, E.164; undefined until Meta told it. */
  fromPhone?: string;
}

/** Which number speaks for which tenant. A tenant that was never configured uses the platform's default number. */
@Injectable()
export class SenderDirectory {
  private readonly platform: Sender;

  constructor({ whatsapp }: AppConfig) {
    this.platform = {
      phoneNumberId: whatsapp.phoneNumberId,
      businessAccountId: whatsapp.businessAccountId,
      accessToken: whatsapp.accessToken,
      appSecret: whatsapp.appSecret,
    };
  }

  /** Every number that sends, so that the dispatcher serves each in turn. */
  all(): Sender[] {
    return [this.platform];
  }

  /** Null: the platform itself. */
  forTenant(_tenantId: string | null): Sender {
    return this.platform;
  }

  byPhoneNumberId(phoneNumberId: string): Sender | undefined {
    return this.all().find((sender) => sender.phoneNumberId === phoneNumberId);
  }

  noteFromPhone(phoneNumberId: string, fromPhone: string): void {
    const sender = this.byPhoneNumberId(phoneNumberId);
    if (sender) sender.fromPhone = fromPhone;
  }
}
