import { setTimeout as pause } from 'node:timers/promises';

import { Injectable, Logger } from '@nestjs/common';

import { type AttemptResult, type OutboxMessage, OutboxRepository } from '#messages';
import type { Sender } from '#tenants';

import {
  CloudApiClient,
  CloudApiError,
  CloudApiUnknownOutcomeError,
  type OutgoingMessage,
} from '../cloud-api/index.ts';
import { accepted, notAccepted } from './attempt-result.ts';

const RECORD_TRIES = 8;

/** Sends one claimed message whose attempt is committed, and records what became of it. */
@Injectable()
export class OutboxDispatcher {
  private readonly logger = new Logger(OutboxDispatcher.name);

  constructor(
    private readonly outbox: OutboxRepository,
    private readonly cloudApi: CloudApiClient,
  ) {}

  /** Never throws: what cannot be recorded is settled by the status webhook, or swept as unconfirmed. */
  async dispatch(message: OutboxMessage, attemptId: string, sender: Sender): Promise<void> {
    const attempt = { messageId: message.id, attemptId, attempts: message.attempts + 1 };
    try {
      await this.record(accepted(attempt, await this.cloudApi.sendMessage(sender, outgoing(message, attemptId))));
    } catch (failure) {
      if (!(failure instanceof CloudApiError))
        this.logger.error({ message: 'Sending broke', messageId: message.id, err: failure });
      await this.record(notAccepted(attempt, asCloudApiError(failure)));
    }
  }

  /** Nothing after Meta's answer may turn a send into a retry, so only the recording is repeated. */
  private async record(result: AttemptResult): Promise<void> {
    const { messageId, outcome, status, error } = result;
    for (let attempt = 1; attempt <= RECORD_TRIES; attempt++) {
      try {
        await this.outbox.recordResults([result]);
        this.logger.log({ message: 'Attempt recorded', messageId, outcome, status, code: error?.code });
        return;
      } catch (cause) {
        this.logger.warn({ message: 'Attempt not recorded yet', messageId, outcome, attempt, err: cause });
        await pause(100 * 2 ** attempt);
      }
    }
    this.logger.error({
      message: 'Attempt not recorded; a status webhook will settle the message',
      messageId,
      outcome,
    });
  }
}

function outgoing(message: OutboxMessage, attemptId: string): OutgoingMessage {
  const address = message.recipientPhone ? { to: message.recipientPhone } : { recipient: message.recipientUserId };
  return {
    messaging_product: 'whatsapp',
    recipient_type: 'individual',
    ...address,
    ...message.content,
    biz_opaque_callback_data: attemptId,
  } as OutgoingMessage;
}

/** A fault of ours after the fence: whether bytes left is not known here. */
function asCloudApiError(failure: unknown): CloudApiError {
  return failure instanceof CloudApiError ? failure : new CloudApiUnknownOutcomeError('internal-error');
}
