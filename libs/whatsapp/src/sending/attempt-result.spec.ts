import { describe, expect, it } from '@jest/globals';

import { anOutboxMessage } from '../../../../test/factories/messages.ts';
import {
  CloudApiNotSentError,
  CloudApiRefusal,
  CloudApiUnknownOutcomeError,
  type SentMessage,
} from '../cloud-api/index.ts';
import { accepted, notAccepted } from './attempt-result.ts';

const attempt = {
  message: anOutboxMessage({ templateName: 'po_notification', templateLanguage: 'es' }),
  elapsedMs: 12,
};
const afterAttempts = (attempts: number) => ({ ...attempt, message: anOutboxMessage({ attempts }) });
const refused = (code: number, details?: string): CloudApiRefusal =>
  new CloudApiRefusal({ message: `(#${code}) Meta's title`, code, ...(details && { error_data: { details } }) }, 400);

describe(accepted.name, () => {
  const sent: SentMessage = {
    whatsappMessageId: 'wamid.1',
    waId: '5215512345678',
    userId: undefined,
    messageStatus: 'accepted',
    response: { messages: [{ id: 'wamid.1' }] },
  };

  it("is SENT with Meta's ids and answer", () => {
    expect(accepted(attempt, sent)).toEqual({
      ...attempt,
      outcome: 'accepted',
      status: 'SENT',
      pendingReason: null,
      retryInMs: null,
      waitsForTemplate: false,
      whatsappMessageId: 'wamid.1',
      waId: '5215512345678',
      error: null,
      response: sent.response,
    });
  });

  it('takes a message that Meta holds for a quality check, and one to a user id, as sent', () => {
    const held = accepted(attempt, { ...sent, waId: undefined, messageStatus: 'held_for_quality_assessment' });

    expect(held).toMatchObject({ status: 'SENT', waId: null });
  });
});

describe(notAccepted.name, () => {
  it.each<[string, number, object]>([
    ['RETRY', 131016, { status: 'PENDING', pendingReason: 'retrying' }],
    ['SLOW', 130429, { status: 'PENDING', pendingReason: 'throttled' }],
    ['SLOW', 131056, { status: 'PENDING', pendingReason: 'throttled', retryInMs: 1_000 }],
    ['SLOW', 80007, { status: 'PENDING', pendingReason: 'throttled', retryInMs: 0 }],
    ['STOP', 190, { status: 'PENDING', pendingReason: 'held', retryInMs: 0, waitsForTemplate: false }],
    ['STOP', 132015, { status: 'PENDING', pendingReason: 'held', retryInMs: null, waitsForTemplate: true }],
    ['USER', 131026, { status: 'FAILED', pendingReason: null, retryInMs: null }],
    ['BAD', 132000, { status: 'FAILED', pendingReason: null, retryInMs: null }],
  ])('makes of a refusal of class %s (%d) %p', (errorClass, code, expected) => {
    const result = notAccepted(attempt, refused(code));

    expect(result).toMatchObject({ outcome: 'refused', whatsappMessageId: null, ...expected });
    expect(result.error).toMatchObject({ code: String(code), class: errorClass });
  });

  it('tries a message without template again by itself, whatever Meta says of its template', () => {
    const text = { ...attempt, message: anOutboxMessage({ templateName: null, templateLanguage: null }) };

    const result = notAccepted(text, refused(132015));

    expect(result).toMatchObject({ status: 'PENDING', waitsForTemplate: false });
    expect(result.retryInMs).toBeGreaterThan(0);
  });

  it('lets a number that is merely too fast wait its own pause: no hold ends for it', () => {
    expect(notAccepted(attempt, refused(130429)).retryInMs).toBeGreaterThan(0);
  });

  it('gives up on a passing refusal that does not pass', () => {
    const [seventh, eighth] = [7, 8].map((attempts) => notAccepted(afterAttempts(attempts), refused(131016)));

    expect([seventh?.status, eighth?.status]).toEqual(['PENDING', 'FAILED']);
  });

  it('never gives up while Meta throttles or the number is stopped: only the expiry ends that', () => {
    for (const code of [130429, 190]) {
      expect(notAccepted(afterAttempts(1_000), refused(code)).status).toBe('PENDING');
    }
  });

  it('tells what Meta said, what it means and what to do', () => {
    const { error, response } = notAccepted(attempt, refused(132000, '3 expected, 2 given'));

    expect(error).toMatchObject({
      code: '132000',
      title: expect.any(String),
      details: '3 expected, 2 given',
      retryable: false,
      action: expect.stringMatching(/\w+ \w+/),
    });
    expect(response).toMatchObject({ outcome: 'refused', http_status: 400, error: { code: 132000 } });
  });

  it("shows Meta's own title for a code that is newer than our list", () => {
    expect(notAccepted(attempt, refused(139999)).error).toMatchObject({ code: '139999', title: "Meta's title" });
  });

  it('sends again what certainly never left, however often', () => {
    for (const attempts of [1, 1_000]) {
      const result = notAccepted(afterAttempts(attempts), new CloudApiNotSentError('connection refused'));

      expect(result).toMatchObject({
        outcome: 'not-sent',
        status: 'PENDING',
        pendingReason: 'retrying',
        retryInMs: expect.any(Number),
        error: { code: 'not-sent', retryable: true, details: expect.stringContaining('connection refused') },
      });
    }
  });

  it.each(['timeout', 'connection reset', 'answer is not a JSON object'])(
    'leaves a message whose answer was lost (%s) unconfirmed, with no next attempt',
    (reason) => {
      expect(notAccepted(attempt, new CloudApiUnknownOutcomeError(reason))).toMatchObject({
        outcome: 'unknown',
        status: 'PENDING',
        pendingReason: 'unconfirmed',
        retryInMs: null,
        error: { code: 'unconfirmed', retryable: false },
        response: { reason },
      });
    },
  );
});
