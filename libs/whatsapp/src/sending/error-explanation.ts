import type { MessageError } from '#messages';

import { adviceFor } from '../cloud-api/index.ts';
import { EXPIRED, NOT_SENT, UNCONFIRMED } from './attempt-result.ts';

/** Our own codes; the others are Meta's. */
const OURS = new Map([EXPIRED, NOT_SENT, UNCONFIRMED].map((error) => [error.code, error]));

/** What an `error_code` means and what to do about it, in the words that its messages have. */
export function explainErrorCode(code: string): Pick<MessageError, 'title' | 'class' | 'retryable' | 'action'> {
  const { title, class: errorClass, retryable, action } = OURS.get(code) ?? explainMetas(code);
  return { title, class: errorClass, retryable, action };
}

function explainMetas(code: string) {
  // What is no number has no entry; an empty one would be 0, Meta's code of a dead token.
  const advice = adviceFor({ code: /^\d+$/.test(code) ? Number(code) : NaN });
  return advice.known ? advice : { ...advice, title: 'Not in the catalogue of errors' };
}
