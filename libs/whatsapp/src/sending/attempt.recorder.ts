import { setTimeout as pause } from 'node:timers/promises';

import { Injectable, Logger } from '@nestjs/common';

import { GroupCommit, isPassingDatabaseFault } from '#common';
import { type AttemptResult, type Contact, OutboxRepository } from '#messages';

const TRIES = 10;
const LONGEST_PAUSE_MS = 10_000;
const RESULTS = { largest: 500, mostWaiting: Infinity, gapMs: 35 };
const TURNS = { largest: 500, mostWaiting: Infinity, gapMs: 50 };

/** Records what became of attempts, many at once, and lets the next message to the same person go. */
@Injectable()
export class AttemptRecorder {
  private readonly logger = new Logger(AttemptRecorder.name);
  private readonly results = new GroupCommit((results: AttemptResult[]) => this.recordAll(results), RESULTS);
  private readonly turns = new GroupCommit((contacts: Contact[]) => this.giveTurns(contacts), TURNS);

  constructor(private readonly outbox: OutboxRepository) {}

  /** Never throws: what cannot be recorded is settled by the status webhook, or swept as unconfirmed. */
  async record(result: AttemptResult): Promise<void> {
    const { message, outcome, status, error } = result;
    try {
      await this.results.add(result);
      void this.turns.add(message);
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

  /** For the end of the process: nothing is left to be written. */
  async drain(): Promise<void> {
    await this.results.drain();
    await this.turns.drain();
  }

  private async recordAll(results: AttemptResult[]): Promise<void[]> {
    await this.untilRecorded(results);
    return results.map(() => undefined);
  }

  /** Only once the result is committed: whoever parks a message meanwhile looks again after that. */
  private async giveTurns(contacts: Contact[]): Promise<void[]> {
    await this.outbox
      .giveTurns(contacts)
      .catch((cause: unknown) => this.logger.warn({ message: 'Turns are given by the next sweep', err: cause }));
    return contacts.map(() => undefined);
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
