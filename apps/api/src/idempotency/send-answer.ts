import type { Response } from 'express';

import type { Answer } from './idempotency.service.ts';

/** Sets the status and, for a repetition, `Idempotency-Replayed`; answers the body. */
export function sendAnswer(response: Response, { status, body, replayed }: Answer & { replayed: boolean }): object {
  response.status(status);
  if (replayed) response.setHeader('Idempotency-Replayed', 'true');
  return body;
}
