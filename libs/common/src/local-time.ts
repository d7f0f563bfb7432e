import { LRUCache } from 'lru-cache';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Zones change their clocks on quarters of an hour only. */
const QUARTER_MS = 15 * 60_000;

/** Asking takes some microseconds, and a series asks for each of its hours. */
const offsets = new LRUCache<string, number>({ max: 20_000 });
const formats = new Map<string, Intl.DateTimeFormat>();

/** Whether `name` is a time zone of the IANA database, such as `Europe/Madrid`. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return formatOf(name) !== undefined;
  } catch (refusal) {
    if (refusal instanceof RangeError) return false;
    throw refusal;
  }
}

/** The start of the day, or hour, that `at` lies in on the clocks of `timeZone`. */
export function startOfLocal(unit: 'day' | 'hour', at: Date, timeZone: string): Date {
  const local = at.getTime() + offsetAt(at.getTime(), timeZone);
  if (unit === 'day') return instantOf(Math.floor(local / DAY_MS) * DAY_MS, timeZone);
  return new Date(at.getTime() - modulo(local, HOUR_MS));
}

/** The start of the next one: a day may have 23 or 25 hours. */
export function nextLocal(unit: 'day' | 'hour', start: Date, timeZone: string): Date {
  // 36 hours on from its midnight, a day is over and the next is not, however long either is.
  return startOfLocal(unit, new Date(start.getTime() + (unit === 'day' ? 1.5 * DAY_MS : HOUR_MS)), timeZone);
}

/** When the clocks show midnight, `local` as if they were UTC; where they skip it, the moment they do. */
function instantOf(local: number, timeZone: string): Date {
  const before = local - offsetAt(local - DAY_MS, timeZone);
  const after = local - offsetAt(local + DAY_MS, timeZone);
  const isAfter = !shown(before, local, timeZone) && shown(after, local, timeZone);
  return new Date(isAfter ? after : before);
}

function shown(at: number, local: number, timeZone: string): boolean {
  return at + offsetAt(at, timeZone) === local;
}

/** What local clocks are ahead of UTC. */
function offsetAt(at: number, timeZone: string): number {
  const key = `${timeZone} ${Math.floor(at / QUARTER_MS)}`;
  const offset = offsets.get(key) ?? readOffset(at, timeZone);
  offsets.set(key, offset);
  return offset;
}

function readOffset(at: number, timeZone: string): number {
  const parts = formatOf(timeZone).formatToParts(at);
  const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const [, sign, hours = '0', minutes = '0'] = /GMT([+-])(\d{2}):(\d{2})/.exec(name) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

/** Making one takes far longer than using it. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' });
  formats.set(timeZone, made);
  return made;
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}
