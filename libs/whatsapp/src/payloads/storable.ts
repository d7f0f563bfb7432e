import type { FieldError } from '#common';

import { Place } from './check.ts';
import { isObject } from './json.ts';

/** NUL and halves of surrogate pairs: JSON can write them, PostgreSQL and WhatsApp can not. */
const UNSTORABLE = /[\0\p{Cs}]/u;

/** Meta's deepest documented object, a template with an order inside a carousel card's button, stays under half of this. */
const DEEPEST = 32;
const TOO_DEEP = `is nested more than ${DEEPEST} levels deep`;

/** Refuses, anywhere in a value, what could be accepted but never be stored or sent as it is. */
export function refuseUnstorable(value: unknown, place: Place, depth = 0): void {
  if (typeof value === 'string') {
    if (UNSTORABLE.test(value)) place.refuse('contains a character that cannot be stored');
  } else if (Array.isArray(value)) {
    if (depth === DEEPEST) return place.refuse(TOO_DEEP);
    value.forEach((child, index) => refuseUnstorable(child, place.at(index), depth + 1));
  } else if (isObject(value)) {
    if (depth === DEEPEST) return place.refuse(TOO_DEEP);
    for (const key of Object.keys(value)) {
      if (key === '__proto__' || UNSTORABLE.test(key)) place.at(key).refuse('is no name that a field can have');
      else refuseUnstorable(value[key], place.at(key), depth + 1);
    }
  }
}

/** The same, for a field beside the message object. */
export function unstorableFaults(value: unknown, field: string): FieldError[] {
  const errors: FieldError[] = [];
  refuseUnstorable(value, new Place(field, errors));
  return errors;
}
