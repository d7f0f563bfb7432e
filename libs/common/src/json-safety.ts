import { isUtf8 } from 'node:buffer';

import { AppError } from './errors/app.error.ts';

/** What PostgreSQL's `jsonb` and `text` refuse: NUL, and half of a surrogate pair. */
const UNSTORABLE = /[\0\p{Cs}]/gu;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

/**
 * A deep copy of a JSON value in which every character that PostgreSQL cannot store has become U+FFFD, in keys too.
 * It keeps its own stack: no depth of nesting can overflow the engine's.
 */
export function jsonSafe<T>(value: T): T {
  const unfilled: { from: object; to: object }[] = [];
  const copy = (original: unknown): unknown => {
    if (typeof original === 'string') return original.replace(UNSTORABLE, '\uFFFD');
    if (typeof original !== 'object' || original === null) return original;
    const to = Array.isArray(original) ? [] : {};
    unfilled.push({ from: original, to });
    return to;
  };

  const root = copy(value);
  for (let next = unfilled.pop(); next; next = unfilled.pop()) {
    for (const [key, child] of Object.entries(next.from)) {
      // Defined, not assigned: a key named __proto__ must stay data.
      Object.defineProperty(next.to, key.replace(UNSTORABLE, '\uFFFD'), {
        value: copy(child),
        configurable: true,
        enumerable: true,
        writable: true,
      });
    }
  }
  return root as T;
}

/** How JSON writes NUL and half of a surrogate pair; also met where a text speaks of them. */
const ESCAPED_UNSTORABLE = /\\u(0000|d[89a-f])/;

/**
 * JSON text that PostgreSQL's `jsonb` takes, whatever characters the value holds. Rows that are written for every message
 * should hold their times as text: of a `Date` it comes to the same, but five times as slowly as by `toISOString`.
 */
export function storableJson(value: unknown): string {
  const text = JSON.stringify(value);
  return text.includes('\\u') && ESCAPED_UNSTORABLE.test(text) ? JSON.stringify(jsonSafe(JSON.parse(text))) : text;
}

/**
 * Refuses a JSON body before anything parses it: parsers put U+FFFD in the place of broken bytes in silence, and libraries
 * that recurse over the parsed value run out of stack on a few kilobytes of brackets.
 *
 * @throws AppError 400 `body-not-utf8` or `body-too-deep`
 */
export function assertUtf8Json(body: Buffer, maxDepth: number): void {
  if (!isUtf8(body)) throw new AppError(400, 'body-not-utf8', 'The body is not valid UTF-8.');
  if (jsonDepthExceeds(body.toString('utf8'), maxDepth)) {
    throw new AppError(400, 'body-too-deep', `The body is nested more than ${maxDepth} levels deep.`);
  }
}

/** Whether a JSON text opens more than `max` arrays and objects inside each other; the text need not be complete or correct. */
export function jsonDepthExceeds(text: string, max: number): boolean {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const character = text.charCodeAt(i);
    if (character === QUOTE) inString = !inString;
    else if (inString) {
      if (character === BACKSLASH) i++;
    } else if (OPENING.has(character)) {
      if (++depth > max) return true;
    } else if (CLOSING.has(character)) depth--;
  }
  return false;
}
