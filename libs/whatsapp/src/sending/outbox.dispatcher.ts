import { Injectable, Logger } from '@nestjs/common';

import { type AttemptResult, type OutboxMessage, SenderPaceRepository, writeAttemptRef } from '#messages';
import type { Sender } from '#tenants';

import {
  CloudApiClient,
  CloudApiError,
  CloudApiRefusal,
  CloudApiUnknownOutcomeError,
  type OutgoingMessage,
} from '../cloud-api/index.ts';
import { AttemptRecorder } from './attempt.recorder.ts';
import { accepted, notAccepted } from './attempt-result.ts';
import { isTooFast } from './hold-scope.ts';
import type { Claim } from './outbox.claimer.ts';
import { SendHoldsService } from './send-holds.service.ts';

/** Sends one claimed message whose attempt is committed, and has recorded what became of it. */
@Injectable()
export class OutboxDispatcher {
  private readonly logger = new Logger(OutboxDispatcher.name);

  constructor(
    private readonly cloudApi: CloudApiClient,
    private readonly recorder: AttemptRecorder,
    private readonly holds: SendHoldsService,
    private readonly paces: SenderPaceRepository,
  ) {}

  /** Never throws. */
  async dispatch(message: OutboxMessage, sender: Sender, claim: Pick<Claim, 'startBefore' | 'probing'>): Promise<void> {
    const result = await this.attempt(message, sender, claim.startBefore);
    if (result.status === 'SENT' && claim.probing.length > 0)
      await this.quietly(this.holds.passed(claim.probing, message));
    await this.recorder.record(result);
  }

  /** Waits for what is still to be written about messages that were sent. */
  drain(): Promise<void> {
    return this.recorder.drain();
  }

  private async attempt(message: OutboxMessage, sender: Sender, startBefore: number): Promise<AttemptResult> {
    const began = performance.now();
    const attempt = () => ({ message, elapsedMs: performance.now() - began });
    try {
      const sent = await this.cloudApi.sendMessage(sender, outgoing(message), { startBefore });
      return accepted(attempt(), sent);
    } catch (failure) {
      if (!(failure instanceof CloudApiError))
        this.logger.error({ message: 'Sending broke', messageId: message.id, err: failure });
      // Before it is recorded, so that what it holds is not claimed again at once.
      if (failure instanceof CloudApiRefusal) await this.quietly(this.slowDownOrHold(failure, sender, message));
      return notAccepted(attempt(), asCloudApiError(failure));
    }
  }

  private async slowDownOrHold(refusal: CloudApiRefusal, sender: Sender, message: OutboxMessage): Promise<void> {
    if (isTooFast(refusal.advice)) await this.paces.slowDown(sender.phoneNumberId);
    else await this.holds.note(refusal, sender, message);
  }

  /** The message itself is safe: the next refusal says the same again. */
  private async quietly(work: Promise<void>): Promise<void> {
    await work.catch((cause: unknown) => this.logger.warn({ message: 'A limit was not noted', err: cause }));
  }
}

function outgoing(message: OutboxMessage): OutgoingMessage {
  const address = message.recipientPhone ? { to: message.recipientPhone } : { recipient: message.recipientUserId };
  return {
    messaging_product: 'whatsapp',
    recipient_type: 'individual',
    ...address,
    ...message.content,
    biz_opaque_callback_data: writeAttemptRef({ messageId: message.id, attempt: message.attempts }),
  } as OutgoingMessage;
}

/** A fault of ours after the fence: whether bytes left is not known here. */
function asCloudApiError(failure: unknown): CloudApiError {
  return failure instanceof CloudApiError ? failure : new CloudApiUnknownOutcomeError('internal-error');
}
