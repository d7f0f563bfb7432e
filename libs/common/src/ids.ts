import { randomFillSync } from 'node:crypto';

import { v7 } from 'uuid';

/** The tenant of what belongs to nobody in particular, such as the first message of a stranger to the platform's number. */
export const PLATFORM_TENANT_ID = '00000000-0000-0000-0000-000000000000';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** A UUID v7: ids made later sort later, also within a millisecond, so an id also tells the order of acceptance. */
export function newId(): string {
  const now = Date.now();
  const random = randomBytes16();
  if (now > lastMs) {
    lastMs = now;
    // Half of the range stays free to count up in.
    sequence = random.readUInt32BE(12) >>> 1;
  } else sequence += 1;
  v7({ msecs: lastMs, seq: sequence, random }, idBytes);
  // Written byte by byte, as the library does, an id would allocate a kilobyte.
  const hex = idBytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The least id that could have been made at `at`: rows whose ids are UUID v7 are found by time without another index. */
export function leastIdAt(at: Date): string {
  const ms = Math.max(0, at.getTime()).toString(16).padStart(12, '0').slice(-12);
  return `${ms.slice(0, 8)}-${ms.slice(8)}-7000-8000-000000000000`;
}

/** A UUID v7 of another time: what it names takes its place among the older ones. */
export function idAt(time: Date): string {
  return v7({ msecs: Math.max(0, time.getTime()), random: Uint8Array.from(randomBytes16()) });
}

let lastMs = 0;
let sequence = 0;

/** Asking the system for randomness costs more than the rest of an id, so it is asked for a thousand at a time. */
const pool = Buffer.alloc(16 * 1_024);
let used = pool.length;
/** The latest random bytes and the latest id: two are never made at the same time. */
const random16 = Buffer.alloc(16);
const idBytes = Buffer.alloc(16);

function randomBytes16(): Buffer {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  pool.copy(random16, 0, used, (used += 16));
  return random16;
}

/** Any UUID, whatever its version: what a PostgreSQL `uuid` column takes in its usual spelling. */
export function isUuid(value: unknown): value is string {
  return typeof value === 'string' && UUID.test(value);
}
