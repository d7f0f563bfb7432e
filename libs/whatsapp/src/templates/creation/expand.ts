import { dig, isObject, isString, itemsOf, type JsonObject } from '../../payloads/json.ts';
import { expandOtp } from './authentication.ts';
import { expandExamples } from './examples.ts';
import { typeOf } from './parts.ts';

/** Components that were found right, in the spelling of Meta's own listings. `media_id` of a header stays: only an upload replaces it. */
export function expandComponents(components: unknown): JsonObject[] {
  return itemsOf(components).map((component) => expand(component as JsonObject));
}

function expand(component: JsonObject): JsonObject {
  const type = typeOf(component);
  const named = { ...component, type: type.toUpperCase() };
  switch (type) {
    case 'body':
      return expandExamples(named, 'body');
    case 'header':
      return expandHeader(named);
    case 'buttons':
      return { ...named, buttons: itemsOf(component.buttons).map(expandButton) };
    case 'carousel':
      return {
        ...named,
        cards: itemsOf(component.cards).map((card) => ({ components: expandComponents(dig(card, 'components')) })),
      };
    default:
      return named;
  }
}

function expandHeader(header: JsonObject): JsonObject {
  const format = String(header.format).toUpperCase();
  return format === 'TEXT' ? expandExamples({ ...header, format }, 'header') : { ...header, format };
}

function expandButton(button: unknown): unknown {
  if (!isObject(button)) return button;
  const type = String(button.type).toUpperCase();
  if (type === 'OTP') return expandOtp({ ...button, type, otp_type: String(button.otp_type).toUpperCase() });
  // A URL's example is a list at Meta, that of a code is a string.
  if (type === 'URL' && isString(button.example)) return { ...button, type, example: [button.example] };
  if (type === 'COPY_CODE' && Array.isArray(button.example))
    return { ...button, type, example: button.example[0] as unknown };
  return { ...button, type };
}
