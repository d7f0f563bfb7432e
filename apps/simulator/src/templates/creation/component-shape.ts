import { anyObject, bool, type Check, isObject, type JsonObject, list, missing, text, wrong } from '../../checks.ts';

const anyText = text(Infinity, 0);
const textOrTexts: Check = (value, path) => (Array.isArray(value) ? list(anyText)(value, path) : anyText(value, path));

/** An object with a type whose other fields, where they are given, are of the right kind; more may be there. */
function typed(fields: Record<string, Check>): Check {
  return (value, path) => {
    if (!isObject(value)) throw wrong(path, 'must be an object');
    if (value.type === undefined) throw missing(`${path}['type']`);
    checkFields({ type: text(), ...fields }, value, path);
  };
}

function checkFields(fields: Record<string, Check>, value: JsonObject, path: string): void {
  for (const [name, check] of Object.entries(fields)) {
    if (value[name] !== undefined) check(value[name], `${path}['${name}']`);
  }
}

const button = typed({
  text: anyText,
  url: anyText,
  phone_number: anyText,
  otp_type: anyText,
  example: textOrTexts,
  supported_apps: list(anyObject),
});

const card: Check = (value, path) => {
  if (!isObject(value)) throw wrong(path, 'must be an object');
  list(componentShape)(value.components, `${path}['components']`);
};

const offer: Check = (value, path) => {
  anyObject(value, path);
  checkFields({ text: anyText, has_expiration: bool }, value as JsonObject, path);
};

/** A component as the rules of its type can look at it. */
export const componentShape: Check = typed({
  format: anyText,
  text: anyText,
  buttons: list(button),
  cards: list(card),
  limited_time_offer: offer,
  example: anyObject,
  add_security_recommendation: bool,
});
