import { isUtf8 } from 'node:buffer';

import { jsonDepthExceeds } from '#common';

import { PermanentEventError } from './dead-letter.ts';

/** A purchase order has a few hundred bytes. */
const MAX_BYTES = 256 * 1024;
const MAX_DEPTH = 32;

/**
 * The event in a message's body: plain JSON, or wrapped in Nest's own `{ pattern, data }`.
 * @throws PermanentEventError for a body that is no event; `JSON.parse` never sees one that could hurt.
 */
export function readEvent(body: Buffer): object {
  if (body.length === 0) throw new PermanentEventError('body-empty', 'The message has no body.');
  if (body.length > MAX_BYTES) {
    throw new PermanentEventError(
      'body-too-large',
      `The body has ${body.length} bytes, at most ${MAX_BYTES} are taken.`,
    );
  }
  if (!isUtf8(body)) throw new PermanentEventError('not-utf8', 'The body is not valid UTF-8.');
  const text = body.toString('utf8');
  if (jsonDepthExceeds(text, MAX_DEPTH)) {
    throw new PermanentEventError('too-deep', `The body is nested deeper than ${MAX_DEPTH} levels.`);
  }
  return unwrap(parse(text));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new PermanentEventError('not-json', `The body is not JSON (${(cause as Error).message}).`);
  }
}

function unwrap(value: unknown): object {
  if (!isObject(value)) throw new PermanentEventError('wrong-shape', 'The body must be a JSON object.');
  // Nest's packet: the event is inside. An event of its own has a `data`, too, but a type beside it and no pattern.
  if ('pattern' in value && !('event_type' in value) && isObject(value.data)) return value.data;
  return value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
