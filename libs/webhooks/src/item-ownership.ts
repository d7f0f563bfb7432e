import { Injectable } from '@nestjs/common';

import { SenderDirectory } from '#tenants';

import type { WebhookItem } from './mapping/webhook-item.ts';
import type { Signer } from './meta-signature.ts';

/** A signature proves who signed, not whose data it is: an app is believed only for its own numbers. */
@Injectable()
export class ItemOwnership {
  constructor(private readonly senders: SenderDirectory) {}

  /** Why the app that signed may not say this; undefined where it may. */
  objectionTo(item: WebhookItem, { appId }: Signer): string | undefined {
    if (item.kind === 'account-event') return this.objectionToAccount(item.event.businessAccountId, appId);
    const phoneNumberId = phoneNumberIdOf(item);
    if (phoneNumberId === undefined) return undefined;
    const sender = this.senders.byPhoneNumberId(phoneNumberId);
    if (!sender) return `phone number id ${phoneNumberId} is not ours`;
    if (sender.appId === appId) return undefined;
    return `phone number id ${phoneNumberId} belongs to another app than the one that signed (${nameOf(appId)})`;
  }

  /** Of an account that is nobody's of ours the news is listed, and changes nothing. */
  private objectionToAccount(businessAccountId: string, appId: string | null): string | undefined {
    const apps = this.senders.all().filter((sender) => sender.businessAccountId === businessAccountId);
    if (apps.length === 0 || apps.some((sender) => sender.appId === appId)) return undefined;
    return `account ${businessAccountId} belongs to another app than the one that signed (${nameOf(appId)})`;
  }
}

function nameOf(appId: string | null): string {
  return appId ?? 'of the environment';
}

/** The number of ours that an item speaks of. */
export function phoneNumberIdOf(item: WebhookItem): string | undefined {
  switch (item.kind) {
    case 'status':
      return item.event.phoneNumberId;
    case 'message':
    case 'elsewhere':
      return item.message.phoneNumberId;
    case 'preference':
      return item.preference.phoneNumberId;
    case 'account-event':
    case 'unknown':
      return undefined;
  }
}
