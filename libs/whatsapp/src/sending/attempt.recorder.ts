import { setTimeout as pause } from 'node:timers/promises';

import { Injectable, Logger } from '@nestjs/common';

import { GroupCommit, isPassingDatabaseFault } from '#common';
import { type AttemptResult, OutboxRepository } from '#messages';

const TRIES = 10;
const LONGEST_PAUSE_MS = 10_000;
const GROUP = { largest: 500, mostWaiting: Infinity, gapMs: 20 };

/** Records what became of attempts, many at once, and lets the next message to the same person go. */
@Injectable()
export class AttemptRecorder {
  private readonly logger = new Logger(AttemptRecorder.name);
  private readonly results = new GroupCommit((results: AttemptResult[]) => this.recordAll(results), GROUP);

  constructor(private readonly outbox: OutboxRepository) {}

  /** Never throws: what cannot be recorded is settled by the status webhook, or swept as unconfirmed. */
  async record(result: AttemptResult): Promise<void> {
    const { message, outcome, status, error } = result;
    try {
      await this.results.add(result);
      this.logger.debug({ message: 'Attempt recorded', messageId: message.id, outcome, status, code: error?.code });
    } catch (cause) {
      this.logger.error({
        message: 'Attempt not recorded; a status webhook will settle the message',
        messageId: message.id,
        outcome,
        err: cause,
      });
    }
  }

  private async recordAll(results: AttemptResult[]): Promise<void[]> {
    await this.untilRecorded(results);
    await this.outbox
      .giveTurns(results.map(({ message }) => message))
      .catch((cause: unknown) => this.logger.warn({ message: 'Turns are given by the next sweep', err: cause }));
    return results.map(() => undefined);
  }

  /** Nothing after Meta's answer may turn a send into a retry, so only the recording is repeated. */
  private async untilRecorded(results: AttemptResult[]): Promise<void> {
    for (let tried = 1; ; tried++) {
      try {
        return await this.outbox.recordResults(results);
      } catch (cause) {
        if (tried >= TRIES || !isPassingDatabaseFault(cause)) throw cause;
        this.logger.warn({ message: 'Attempts not recorded yet', attempts: results.length, tried, err: cause });
        await pause(Math.min(LONGEST_PAUSE_MS, 100 * 2 ** tried));
      }
    }
  }
}
