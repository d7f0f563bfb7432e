import { Injectable } from '@nestjs/common';

import { AppError, ValidationError } from '#common';
import { SenderDirectory, type SendingNumber } from '#tenants';
import { CloudApiClient, CloudApiError, CloudApiRefusal } from '#whatsapp';

type CheckedNumber = Pick<
  SendingNumber,
  'phoneNumberId' | 'businessAccountId' | 'appId' | 'accessToken' | 'apiVersion'
>;

const UNASKED = 'To store it unasked, add ?verify=false.';

/** Asks Meta about a number before it is stored: a token that does not work would hold every message of its tenant. */
@Injectable()
export class SenderCheck {
  constructor(
    private readonly cloudApi: CloudApiClient,
    private readonly senders: SenderDirectory,
  ) {}

  /** @throws ValidationError 422 in Meta's words; AppError 503 when Meta cannot tell now */
  async assertUsable({ apiVersion, appId, ...account }: CheckedNumber): Promise<void> {
    // With the proof that sending will carry.
    const appSecret = this.senders.apps().find((app) => app.appId === appId)?.secrets[0];
    try {
      await this.cloudApi.getPhoneNumber({ ...account, appSecret, ...(apiVersion !== null && { apiVersion }) });
    } catch (cause) {
      throw toProblem(cause);
    }
  }
}

function toProblem(failure: unknown): unknown {
  if (!(failure instanceof CloudApiError)) return failure;
  if (!(failure instanceof CloudApiRefusal)) {
    const message = `${failure.message}. Nothing was stored; try again. ${UNASKED}`;
    return new AppError(503, 'whatsapp-unreachable', message, { cause: failure });
  }
  const { advice, said, code } = failure;
  const message = `Meta refused it (${code}). ${said} ${advice.action} ${UNASKED}`;
  if (advice.class === 'RETRY' || advice.class === 'SLOW') {
    return new AppError(503, 'whatsapp-unavailable', message, { cause: failure });
  }
  const field = advice.scope === 'token' ? 'access_token' : 'phone_number_id';
  return new ValidationError([{ field, message }], 'sending-number-refused');
}
