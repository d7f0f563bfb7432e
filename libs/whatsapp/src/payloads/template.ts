import { type MessageKind, object, oneOf, optional, pattern, type Place, stringOr } from './check.ts';
import { dig, type JsonObject } from './json.ts';
import { components } from './template-components.ts';
import { expandTemplate } from './template-expansion.ts';
import { shorthands, writtenOnce } from './template-shorthands.ts';

const name = pattern('1 to 512 lower-case letters, digits and _', /^[a-z0-9_]{1,512}$/);
const key = pattern('a template key such as order-approved', /^[a-z0-9][a-z0-9_.-]{0,511}$/);
const languageCode = pattern('a language code such as es or en_US', /^[a-z]{2,3}(_[A-Za-z0-9]{2,4})?$/);

/**
 * A template by Meta's name or by our key, with the values of its variables: Meta's `components`, or shorthands. `language`
 * may be a string; `parameters` fill the body, an array of positional ones (plain values, or Meta's parameter objects) or an
 * object of named ones; `header`, `buttons`, `cards` and `limited_time_offer` fill the part they are named after.
 */
export const template: MessageKind = {
  check: object(
    {
      name: optional(name),
      key: optional(key),
      language: stringOr(languageCode, object({ code: languageCode, policy: optional(oneOf('deterministic')) })),
      components: optional(components),
      ...shorthands,
    },
    nameOrKey,
    writtenOnce,
  ),
  expand: (given) => expandTemplate(given as JsonObject),
};

/** The template is named by our key, not by Meta's name. */
export function isKeyed(content: JsonObject): boolean {
  return dig(content, 'template', 'key') !== undefined;
}

function nameOrKey(given: JsonObject, place: Place): void {
  if (given.name === undefined && given.key === undefined) place.at('name').refuse('is required');
  if (given.name !== undefined && given.key !== undefined) {
    place.at('key').refuse('cannot be given together with name; leave one of them out');
  }
}
