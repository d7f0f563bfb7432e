import { isUtf8 } from 'node:buffer';

import { jsonDepthExceeds, jsonSafe } from '#common';

import { JSON_DEPTH } from '../body-limits.ts';

/** What is wrong with a body, in the words and the shape that clients of the support desk know. */
export class UnusableBody extends Error {
  constructor(readonly answer: Record<string, unknown>) {
    super('The body is not usable');
  }
}

/**
 * The texts under these names in a JSON body, all of them.
 * @throws UnusableBody
 */
export function readTexts<Name extends string>(body: unknown, names: readonly Name[]): Record<Name, string> {
  const given = parse(body);
  const faults = Object.fromEntries(
    names.flatMap((name) => {
      const fault = faultOf(given[name]);
      return fault ? [[name, [fault]]] : [];
    }),
  );
  if (Object.keys(faults).length > 0) throw new UnusableBody(faults);
  return Object.fromEntries(names.map((name) => [name, jsonSafe(String(given[name])).trim()])) as Record<Name, string>;
}

export const INVALID_PAYLOAD = { error: 'Invalid payload' };

function parse(body: unknown): Record<string, unknown> {
  // Without a body there is no Buffer.
  if (!Buffer.isBuffer(body) || !isUtf8(body)) throw new UnusableBody(INVALID_PAYLOAD);
  const text = body.toString('utf8');
  try {
    const value: unknown = jsonDepthExceeds(text, JSON_DEPTH) ? undefined : JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Answered below, as what is no object.
  }
  throw new UnusableBody(INVALID_PAYLOAD);
}

/** A number was taken for its digits. */
function faultOf(value: unknown): string | undefined {
  if (value === undefined) return 'This field is required.';
  if (value === null) return 'This field may not be null.';
  if (typeof value !== 'string' && typeof value !== 'number') return 'Not a valid string.';
  return String(value).trim() === '' ? 'This field may not be blank.' : undefined;
}
