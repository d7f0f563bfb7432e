import type { AppSecrets, Sender, SenderDirectory } from '#tenants';

import { BUSINESS_ACCOUNT_ID, PHONE_NUMBER_ID } from './messages.ts';
import { strict } from './strict.ts';

/** A number of ours with what it takes to send from it. */
export function aSender(change: Partial<Sender> = {}): Sender {
  return {
    phoneNumberId: PHONE_NUMBER_ID,
    businessAccountId: BUSINESS_ACCOUNT_ID,
    appId: null,
    accessToken: 'token',
    appSecret: undefined,
    ...change,
  };
}

/** A directory of these numbers and apps. */
export function someSenders(senders: Sender[], apps: AppSecrets[] = []): SenderDirectory {
  return strict<SenderDirectory>({
    all: () => senders,
    apps: () => apps,
    byPhoneNumberId: (id) => senders.find(({ phoneNumberId }) => phoneNumberId === id),
  });
}
