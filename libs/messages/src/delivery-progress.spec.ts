import { describe, expect, it } from '@jest/globals';

import { advance, type DeliveryProgress, type DeliveryReport } from './delivery-progress.ts';
import type { DeliveryStatus } from './delivery-status.ts';
import type { MessageError } from './entities/whatsapp-message.entity.ts';

const ACCEPTED = new Date('2026-11-01T10:00:00.500Z');
const at = (second: number): Date => new Date(ACCEPTED.getTime() - 500 + second * 1_000);

const error: MessageError = {
  code: '131026',
  title: 'Undeliverable',
  details: 'Not on WhatsApp',
  class: 'USER',
  retryable: false,
  action: 'Check the number.',
};
const otherError: MessageError = { ...error, code: '131049' };

const SENT: DeliveryReport = { status: 'SENT', occurredAt: at(1), error: null };
const DELIVERED: DeliveryReport = { status: 'DELIVERED', occurredAt: at(2), error: null };
const READ: DeliveryReport = { status: 'READ', occurredAt: at(3), error: null };
const FAILED: DeliveryReport = { status: 'FAILED', occurredAt: at(4), error };
const FAILED_AGAIN: DeliveryReport = { status: 'FAILED', occurredAt: at(5), error: otherError };
const REPORTS = [SENT, DELIVERED, READ, FAILED, FAILED_AGAIN];

function aProgress(status: DeliveryStatus = 'PENDING'): DeliveryProgress {
  const createdAt = ACCEPTED;
  return { status, createdAt, sentAt: null, deliveredAt: null, readAt: null, failedAt: null, error: null };
}

const after = (reports: readonly DeliveryReport[], start = aProgress()): DeliveryProgress =>
  reports.reduce(advance, start);

describe(advance.name, () => {
  it.each<DeliveryStatus>(['PENDING', 'SENT', 'CANCELLED'])(
    'gives one result for every order and repetition of up to five reports about a %s message',
    (status) => {
      const results = new Map<string, Set<string>>();
      for (const reports of sequences(REPORTS, 5)) {
        const kinds = [...new Set(reports)].map((report) => REPORTS.indexOf(report)).sort();
        const seen = results.get(kinds.join()) ?? new Set();
        results.set(kinds.join(), seen.add(JSON.stringify(after(reports, aProgress(status)))));
      }

      expect(results.size).toBe(31);
      expect([...results].filter(([, seen]) => seen.size > 1)).toEqual([]);
    },
  );

  it('never shows a step before the one it follows, though Meta tells whole seconds', () => {
    const sentAt = new Date(at(1).getTime() + 700); // our own clock, when Meta answered
    const sent = { ...aProgress('SENT'), sentAt };

    const read = after(
      [
        { ...DELIVERED, occurredAt: at(1) },
        { ...READ, occurredAt: at(1) },
      ],
      sent,
    );

    expect(read).toMatchObject({ sentAt, deliveredAt: sentAt, readAt: sentAt });
  });

  it('keeps READ whatever comes after it', () => {
    for (const reports of sequences(REPORTS, 3)) {
      expect(after([READ, ...reports]).status).toBe('READ');
    }
  });

  it('lets a late delivered after read fill only its own time', () => {
    const read = { ...aProgress('READ'), sentAt: at(1), readAt: at(3) };

    const late = advance(read, DELIVERED);

    expect(late).toEqual({ ...read, deliveredAt: at(2) });
  });

  it('takes read as proof of the delivery that Meta left out', () => {
    expect(after([READ])).toMatchObject({ status: 'READ', sentAt: at(3), deliveredAt: at(3), readAt: at(3) });
  });

  it.each([
    ['nothing', []],
    ['sent', [SENT]],
  ])('shows a failure when only %s came before it', (_, reports) => {
    expect(after([...reports, FAILED])).toMatchObject({ status: 'FAILED', failedAt: at(4), error });
  });

  it.each([
    ['delivered', DELIVERED],
    ['read', READ],
  ])('takes a failure back once %s proves that the message arrived', (_, proof) => {
    const progress = after([FAILED, proof]);

    expect(progress).toMatchObject({ status: proof.status, failedAt: null, error: null });
  });

  it('forgets what went wrong in an attempt that turns out to have been sent', () => {
    const unconfirmed = { ...aProgress(), error: otherError };

    expect(advance(unconfirmed, SENT)).toMatchObject({ status: 'SENT', error: null });
  });

  it('keeps the earliest failure', () => {
    expect(after([FAILED_AGAIN, FAILED])).toMatchObject({ failedAt: at(4), error });
  });

  it('never shows a time before the acceptance, because the clock of Meta ticks in whole seconds', () => {
    expect(advance(aProgress(), { ...SENT, occurredAt: at(0) }).sentAt).toEqual(ACCEPTED);
  });

  it('takes the earlier time of the sending, whoever reported it first', () => {
    const recorded = { ...aProgress('SENT'), sentAt: at(9) };

    expect(advance(recorded, SENT).sentAt).toEqual(at(1));
  });
});

/** Every sequence of one to `length` of the items, with repetition. */
function sequences<T>(items: readonly T[], length: number): T[][] {
  if (length === 0) return [];
  const shorter = sequences(items, length - 1);
  const longest = shorter.filter((one) => one.length === length - 1);
  const starts = length === 1 ? [[]] : longest;
  return [...shorter, ...starts.flatMap((start) => items.map((item) => [...start, item]))];
}
