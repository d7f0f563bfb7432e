import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';

import type { AttemptResult, Contact, OutboxRepository } from '#messages';

import { anOutboxMessage } from '../../../../test/factories/messages.ts';
import { strict } from '../../../../test/factories/strict.ts';
import { AttemptRecorder } from './attempt.recorder.ts';
import { accepted } from './attempt-result.ts';

/** As the driver throws it. */
const connectionLost = () => Object.assign(new Error('Connection terminated unexpectedly'), { code: '08006' });

describe(AttemptRecorder.name, () => {
  let recorded: AttemptResult[][];
  let turns: Contact[][];
  /** Thrown by the next attempts to record. */
  let faults: Error[];
  /** Results that can never be recorded. */
  let unrecordable: Set<AttemptResult>;
  let turnsFail: boolean;
  let errors: unknown[];
  let recorder: AttemptRecorder;

  beforeEach(() => {
    [recorded, turns, faults, unrecordable, turnsFail, errors] = [[], [], [], new Set(), false, []];
    const outbox = strict<OutboxRepository>({
      recordResults: (results) => {
        const fault = faults.shift();
        if (fault) return Promise.reject(fault);
        if (results.some((result) => unrecordable.has(result))) return Promise.reject(new Error('invalid input'));
        recorded.push(results);
        return Promise.resolve();
      },
      giveTurns: (contacts) => {
        turns.push(contacts);
        return turnsFail ? Promise.reject(new Error('The database is away')) : Promise.resolve(1);
      },
    });
    recorder = new AttemptRecorder(outbox);
    for (const level of ['debug', 'warn'] as const) jest.spyOn(Logger.prototype, level).mockReturnValue();
    jest.spyOn(Logger.prototype, 'error').mockImplementation((line) => void errors.push(line));
  });

  afterEach(async () => {
    await recorder.drain();
    jest.restoreAllMocks();
  });

  const aResult = (): AttemptResult => {
    const whatsappMessageId = 'wamid.1';
    const sent = { whatsappMessageId, waId: undefined, userId: undefined, messageStatus: undefined, response: {} };
    return accepted({ message: anOutboxMessage(), elapsedMs: 12 }, sent);
  };

  it('records at once what comes to an end at the same time, and gives each contact its next turn', async () => {
    const results = [aResult(), aResult(), aResult()];

    await Promise.all(results.map((result) => recorder.record(result)));
    await recorder.drain();

    expect(recorded).toEqual([results]);
    expect(turns).toEqual([results.map(({ message }) => message)]);
  });

  it('gives no turn before the result is recorded', async () => {
    faults = [connectionLost()];
    const recording = recorder.record(aResult());
    await new Promise((resolve) => setTimeout(resolve, 50));
    const before = { recorded: recorded.length, turns: turns.length };

    await recording;
    await recorder.drain();

    expect(before).toEqual({ recorded: 0, turns: 0 });
    expect([recorded.length, turns.length]).toEqual([1, 1]);
  });

  it('repeats the recording while the database is away', async () => {
    faults = [connectionLost(), connectionLost()];
    const result = aResult();

    await recorder.record(result);

    expect(recorded).toEqual([[result]]);
    expect(errors).toEqual([]);
  });

  it('gives up on what cannot be recorded, says so in one line, and records the others', async () => {
    const results = [aResult(), aResult(), aResult()];
    const bad = results[1]!;
    unrecordable.add(bad);

    await Promise.all(results.map((result) => recorder.record(result)));
    await recorder.drain();

    expect(recorded.flat()).toEqual([results[0], results[2]]);
    expect(errors).toEqual([
      expect.objectContaining({ messageId: bad.message.id, outcome: 'accepted', err: expect.any(Error) }),
    ]);
    expect(turns.flat()).toEqual([results[0]!.message, results[2]!.message]);
  });

  it('does not take a turn that could not be given for a result that could not be recorded', async () => {
    turnsFail = true;
    const result = aResult();

    await recorder.record(result);
    await recorder.drain();

    expect(recorded).toEqual([[result]]);
    expect(errors).toEqual([]);
  });
});
