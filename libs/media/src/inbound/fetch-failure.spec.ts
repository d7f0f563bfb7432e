import { describe, expect, it } from '@jest/globals';

import { CloudApiNotSentError, CloudApiRefusal, CloudApiUnknownOutcomeError } from '#whatsapp';

import { afterFailure, expired, InboundTooLargeError, OtherBytesError } from './fetch-failure.ts';

const NOW = new Date('2026-11-21T09:00:00Z');
const DAY_MS = 24 * 3_600_000;
const media = (attempts: number, leftMs = 6 * DAY_MS) => ({ attempts, expiresAt: new Date(NOW.getTime() + leftMs) });
const refusal = (code: number, subcode?: number) =>
  new CloudApiRefusal({ code, message: 'no', ...(subcode !== undefined && { error_subcode: subcode }) }, 400);
const LOST = new CloudApiUnknownOutcomeError('ECONNRESET');

describe(afterFailure.name, () => {
  it('waits longer each time, an hour at most', () => {
    const pauses = [1, 2, 3, 4, 5, 6, 60].map((attempts) => afterFailure(media(attempts), LOST, NOW, 1));

    expect(pauses.map((after) => 'pauseMs' in after && after.pauseMs / 1_000)).toEqual([
      10, 40, 160, 640, 2_560, 3_600, 3_600,
    ]);
  });

  it('spreads the attempts of many files', () => {
    expect(afterFailure(media(1), LOST, NOW, 0)).toMatchObject({ pauseMs: 7_500 });
  });

  it.each([
    ['a lost connection', LOST, /ECONNRESET/],
    ['no connection', new CloudApiNotSentError('ENOTFOUND'), /ENOTFOUND/],
    ['a dead token', refusal(190), /190.*token/s],
    ['a full disk', Object.assign(new Error('no space'), { code: 'ENOSPC' }), /ENOSPC.*MEDIA_DIR/],
    ['a surprise', new Error('oops'), /the log says why/],
  ])('goes on after %s for as long as Meta has the file, and says why', (_, failure, reason) => {
    expect(afterFailure(media(50), failure, NOW, 1)).toMatchObject({
      next: 'postpone',
      reason: expect.stringMatching(reason),
    });
  });

  it('gives up when the next attempt would come too late, with what to do', () => {
    expect(afterFailure(media(3, 100_000), LOST, NOW, 1)).toEqual({
      next: 'give-up',
      state: 'expired',
      reason: expect.stringMatching(/ECONNRESET.*7 days, which are over\. Ask the sender to send it again\.$/),
    });
  });

  it.each([
    ['other bytes', new OtherBytesError('hash'), 'failed'],
    ['an id that Meta does not know', refusal(100, 33), 'expired'],
  ])('believes in %s at the third time', (_, failure, state) => {
    expect([1, 2, 3].map((attempts) => afterFailure(media(attempts), failure, NOW, 1))).toMatchObject([
      { next: 'postpone' },
      { next: 'postpone' },
      { next: 'give-up', state, reason: expect.stringContaining('Ask the sender to send it again.') },
    ]);
  });

  it('takes another wrong parameter for nothing final', () => {
    expect(afterFailure(media(9), refusal(100), NOW, 1)).toMatchObject({ next: 'postpone' });
  });

  it('gives a file that is too large up at once', () => {
    expect(afterFailure(media(1), new InboundTooLargeError('image', 25 * 1024 * 1024), NOW, 1)).toMatchObject({
      next: 'give-up',
      state: 'failed',
      reason: expect.stringContaining('25 MB'),
    });
  });
});

describe(expired.name, () => {
  it('needs no failure', () => {
    expect(expired(null).reason).toBe('Meta keeps a file for 7 days, which are over. Ask the sender to send it again.');
  });
});
