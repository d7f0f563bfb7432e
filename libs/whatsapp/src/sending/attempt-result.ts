import type { AttemptResult, MessageError, OutboxMessage } from '#messages';

import {
  CloudApiError,
  CloudApiNotSentError,
  CloudApiRefusal,
  type ErrorAdvice,
  nextAttemptDelayMs,
  type SentMessage,
} from '../cloud-api/index.ts';
import { isHolding } from './hold-scope.ts';

/** An attempt that is over, and how long it took. */
export interface Attempt {
  message: OutboxMessage;
  elapsedMs: number;
}

const NOTHING = {
  pendingReason: null,
  retryInMs: null,
  waitsForTemplate: false,
  whatsappMessageId: null,
  waId: null,
  error: null,
} as const;

/** Meta took the message. Written out, because spreading objects costs more than all the rest of it. */
export function accepted({ message, elapsedMs }: Attempt, sent: SentMessage): AttemptResult {
  return {
    message,
    elapsedMs,
    outcome: 'accepted',
    status: 'SENT',
    pendingReason: null,
    retryInMs: null,
    waitsForTemplate: false,
    whatsappMessageId: sent.whatsappMessageId,
    waId: sent.waId ?? null,
    error: null,
    response: sent.response,
  };
}

/** Meta refused it, never saw it, or nobody can tell: the three are never mixed up. */
export function notAccepted(attempt: Attempt, failure: CloudApiError): AttemptResult {
  const base = { ...NOTHING, ...attempt, outcome: failure.outcome, response: failure.toJSON() };
  const { attempts } = attempt.message;
  if (failure instanceof CloudApiRefusal) {
    const { advice } = failure;
    const retryInMs = nextAttemptDelayMs(advice, attempts);
    const error = refusalError(failure);
    if (retryInMs === null) return { ...base, status: 'FAILED', error };
    const pending = { ...base, status: 'PENDING', pendingReason: PENDING_REASON[advice.class], error } as const;
    if (!isHolding(advice, attempt.message)) return { ...pending, retryInMs };
    if (advice.scope === 'template') return { ...pending, waitsForTemplate: true };
    // What a hold keeps back is due as soon as the hold ends.
    return { ...pending, retryInMs: 0 };
  }
  if (failure instanceof CloudApiNotSentError) {
    const retryInMs = nextAttemptDelayMs('not-sent', attempts);
    return { ...base, status: 'PENDING', pendingReason: 'retrying', retryInMs, error: notSentError(failure) };
  }
  return { ...base, status: 'PENDING', pendingReason: 'unconfirmed', error: UNCONFIRMED };
}

const PENDING_REASON = {
  RETRY: 'retrying',
  SLOW: 'throttled',
  STOP: 'held',
  WAIT: 'retrying',
  BAD: 'retrying',
  USER: 'retrying',
} as const satisfies Record<ErrorAdvice['class'], AttemptResult['pendingReason']>;

/** What the API shows of a refusal. */
export function refusalError({ code, title, details, advice }: CloudApiRefusal): MessageError {
  return {
    code: String(code),
    title: advice.known ? advice.title : title,
    details: details ?? title,
    class: advice.class,
    retryable: advice.retryable,
    action: advice.action,
  };
}

function notSentError({ message }: CloudApiNotSentError): MessageError {
  return { ...NOT_SENT, details: message };
}

export const NOT_SENT: MessageError = {
  code: 'not-sent',
  title: 'Meta could not be reached',
  details: null,
  class: 'RETRY',
  retryable: true,
  action: 'None: it is sent again by itself. If it lasts, check the network and WHATSAPP_GRAPH_URL.',
};

export const UNCONFIRMED: MessageError = {
  code: 'unconfirmed',
  title: 'The answer was lost',
  details: 'Meta may or may not have taken the message; a status webhook settles it.',
  class: 'UNKNOWN',
  retryable: false,
  action:
    'Wait for its status. If none comes, check that webhooks arrive before you send it again: it may be a duplicate.',
};

export const EXPIRED: MessageError = {
  code: 'expired',
  title: 'Not sent in time',
  details: 'The message could not be sent before its expires_at.',
  class: 'BAD',
  retryable: true,
  action: 'See the timeline for what kept it waiting; if the message still matters, send it again.',
};
