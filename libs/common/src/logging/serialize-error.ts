import { inspect } from 'node:util';

import { stdSerializers } from 'pino';

/** By shape: an error may come from another realm. */
export function isErrorLike(value: unknown): value is Error & { code?: unknown } {
  return (
    value instanceof Error || (typeof value === 'object' && value !== null && 'stack' in value && 'message' in value)
  );
}

/**
 * An error for the log: what and where, its causes included, and nothing else of what it carries. (Database errors carry
 * the statement's values, HTTP errors the request with its token, parser errors the body.)
 */
export function serializeError(thrown: unknown): object {
  if (!isErrorLike(thrown)) return { message: nameOf(thrown) };
  const { type: name, message, stack } = stdSerializers.err(thrown);
  return { name, message, code: thrown.code, stack };
}

/** Of an object only its kind: it may carry anything. */
function nameOf(thrown: unknown): string {
  return typeof thrown === 'string' ? thrown : inspect(thrown, { depth: -1 });
}
