import { CloudApiError, CloudApiRefusal } from '#whatsapp';

import type { Media } from '../entities/media.entity.ts';
import { type MediaKind, shownSize } from '../media-kind.ts';

/** More bytes than are fetched of such a file. */
export class InboundTooLargeError extends Error {
  constructor(
    readonly kind: MediaKind,
    readonly largest: number,
  ) {
    super(`more than the ${shownSize(largest)} that are fetched of one ${kind}`);
    this.name = new.target.name;
  }
}

/** Other bytes than Meta announced: cut, or changed on the way. */
export class OtherBytesError extends Error {
  constructor(what: 'hash' | 'size') {
    super(`its bytes do not have the ${what} that Meta announced`);
    this.name = new.target.name;
  }
}

export type AfterFailure =
  | { next: 'postpone'; pauseMs: number; reason: string }
  | { next: 'give-up'; state: 'failed' | 'expired'; reason: string };

const FIRST_PAUSE_MS = 10_000;
const LONGEST_PAUSE_MS = 3_600_000;
/** What looks final is not believed the first time. */
const BELIEVED_AFTER = 3;
const ASK_AGAIN = 'Ask the sender to send it again.';

/** What a failed fetch means: when it is tried again, or that it never will be, and what a person can do. `random` is from 0 to 1. */
export function afterFailure(
  { attempts, expiresAt }: Pick<Media, 'attempts' | 'expiresAt'>,
  failure: unknown,
  now: Date,
  random: number,
): AfterFailure {
  const reason = reasonOf(failure);
  if (failure instanceof InboundTooLargeError) return { next: 'give-up', state: 'failed', reason };
  if (attempts >= BELIEVED_AFTER && failure instanceof OtherBytesError) {
    return { next: 'give-up', state: 'failed', reason: `${reason} ${ASK_AGAIN}` };
  }
  if (attempts >= BELIEVED_AFTER && isGone(failure)) {
    return { next: 'give-up', state: 'expired', reason: `${reason} ${ASK_AGAIN}` };
  }
  const longest = Math.min(FIRST_PAUSE_MS * 4 ** (attempts - 1), LONGEST_PAUSE_MS);
  const pauseMs = Math.round(longest * (0.75 + random / 4));
  if (expiresAt && now.getTime() + pauseMs >= expiresAt.getTime()) return expired(reason);
  return { next: 'postpone', pauseMs, reason };
}

/** Seven days are over; `reason` is what went wrong last. */
export function expired(reason: string | null): Extract<AfterFailure, { next: 'give-up' }> {
  const last = reason ? `${reason} ` : '';
  return {
    next: 'give-up',
    state: 'expired',
    reason: `${last}Meta keeps a file for 7 days, which are over. ${ASK_AGAIN}`,
  };
}

/** Graph's "no such object". */
function isGone(failure: unknown): boolean {
  return failure instanceof CloudApiRefusal && failure.code === 100 && failure.subcode === 33;
}

function reasonOf(failure: unknown): string {
  if (failure instanceof CloudApiRefusal) return `Not fetched: ${failure.message}. ${failure.advice.action}`;
  if (failure instanceof CloudApiError) return `Not fetched: ${failure.message}.`;
  if (failure instanceof InboundTooLargeError) {
    return `Not fetched: ${failure.message}. Ask the sender for a smaller file, or another way to get it.`;
  }
  if (failure instanceof OtherBytesError) return `Not kept: ${failure.message}.`;
  const { code } = failure as NodeJS.ErrnoException;
  return `Not kept${code ? ` (${code})` : ''}: the log says why. Look at MEDIA_DIR or the bucket: is it there, writable, full?`;
}
