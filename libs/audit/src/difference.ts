import { isDeepStrictEqual } from 'node:util';

/** They change with every change, or without any. */
const NOISE = new Set(['updated_at', 'last_used_at']);

export interface Difference {
  before: unknown;
  after: unknown;
}

/** Of an object that was there before and after, only the fields that changed; else all that there is. */
export function difference(before: unknown, after: unknown): Difference {
  if (!isObject(before) || !isObject(after)) return { before: before ?? null, after: after ?? null };
  const changed = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (field) => !NOISE.has(field) && !isDeepStrictEqual(before[field], after[field]),
  );
  return { before: pick(before, changed), after: pick(after, changed) };
}

function pick(object: Record<string, unknown>, fields: string[]): Record<string, unknown> {
  return Object.fromEntries(fields.filter((field) => field in object).map((field) => [field, object[field]]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
