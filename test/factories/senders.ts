import type { Sender } from '#tenants';

import { BUSINESS_ACCOUNT_ID, PHONE_NUMBER_ID } from './messages.ts';

/** A number of ours with what it takes to send from it. */
export function aSender(change: Partial<Sender> = {}): Sender {
  return {
    phoneNumberId: PHONE_NUMBER_ID,
    businessAccountId: BUSINESS_ACCOUNT_ID,
    accessToken: 'token',
    appSecret: undefined,
    ...change,
  };
}
