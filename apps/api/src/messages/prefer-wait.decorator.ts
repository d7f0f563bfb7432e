import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';

const LONGEST_WAIT_S = 30;

/** `Prefer: wait=N` in milliseconds. */
export const PreferWait = createParamDecorator((_: unknown, context: ExecutionContext): number =>
  readPreferWait(context.switchToHttp().getRequest<Request>().get('prefer')),
);

/** At most 30 s; 0 without it. A preference that cannot be read is no error (RFC 7240). */
export function readPreferWait(header = ''): number {
  const seconds = /(?:^|[,;\s])wait\s*=\s*"?(\d{1,6})"?(?=$|[,;\s])/i.exec(header)?.[1];
  return seconds === undefined ? 0 : Math.min(Number(seconds), LONGEST_WAIT_S) * 1_000;
}
