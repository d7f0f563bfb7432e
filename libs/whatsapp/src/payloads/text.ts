import { boolean, type MessageKind, object, optional, stringOr, text } from './check.ts';
import { isString } from './json.ts';

const body = text({ max: 4096 });

/** `"text": "Hello"` is short for `"text": { "body": "Hello" }`. */
export const textMessage: MessageKind = {
  check: stringOr(body, object({ body, preview_url: optional(boolean) })),
  expand: (value) => (isString(value) ? { body: value } : value),
};
