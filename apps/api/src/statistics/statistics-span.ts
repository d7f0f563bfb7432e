import { isTimeZone, nextLocal, startOfLocal, ValidationError } from '#common';
import { endOfDay, type Span } from '#messages';

const DAY_MS = 24 * 3_600_000;
const DEFAULT_DAYS = 30;
const MOST_BUCKETS = 5_000;
const EARLIEST = new Date('2000-01-01T00:00:00Z');
const LATEST = new Date('2100-01-01T00:00:00Z');

interface AskedSpan {
  from?: string | undefined;
  to?: string | undefined;
}

/** @throws ValidationError 422 for an unknown zone, or times that are out of order or of another century */
export function readSpan({ from, to, time_zone: timeZone }: AskedSpan & { time_zone: string }, now: Date): Span {
  if (!isTimeZone(timeZone)) refuse('time_zone', 'must be a name of the IANA database such as Europe/Madrid');
  const end = to === undefined ? now : new Date(to);
  const days = new Date(end.getTime() - DEFAULT_DAYS * DAY_MS);
  return checked({ from: from === undefined ? startOfLocal('day', days, timeZone) : new Date(from), to: end });
}

/** The same of a month: it begins with the month (UTC) that `to` lies in. */
export function readMonth({ from, to }: AskedSpan, now: Date): Span {
  const end = to === undefined ? now : new Date(to);
  return checked({ from: from === undefined ? startOfMonth(end) : new Date(from), to: end });
}

export function startOfMonth(at: Date): Date {
  return new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth()));
}

/** Nothing is accepted after now: a span that reaches now is answered by whole days. */
export function countedSpan({ from, to }: Span, now: Date): Span {
  return { from, to: to >= now ? endOfDay(to) : to };
}

/**
 * The start of each bucket, the first and the last as far as they lie in the span, and its end.
 * @throws ValidationError 422 when they are too many
 */
export function bordersOf({ from, to }: Span, interval: 'hour' | 'day', timeZone: string): Date[] {
  const borders = [from];
  let next = nextLocal(interval, startOfLocal(interval, from, timeZone), timeZone);
  for (; next < to; next = nextLocal(interval, next, timeZone)) {
    if (borders.push(next) > MOST_BUCKETS) {
      refuse('interval', `must leave at most ${MOST_BUCKETS} of them between from and to`);
    }
  }
  return [...borders, to];
}

function checked({ from, to }: Span): Span {
  for (const [field, at] of Object.entries({ from, to })) {
    if (!(at >= EARLIEST && at <= LATEST)) refuse(field, 'must lie between 2000 and 2100');
  }
  if (from >= to) refuse('from', 'must be before to');
  return { from, to };
}

function refuse(field: string, message: string): never {
  throw new ValidationError([{ field, message }]);
}
