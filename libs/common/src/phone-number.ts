import { registerDecorator, type ValidationOptions } from 'class-validator';
import parsePhoneNumber, {
  type CountryCode,
  isSupportedCountry,
  parseDigits,
  validatePhoneNumberLength,
} from 'libphonenumber-js/max';

import { isPlainlyPossible } from './numbering-plans.ts';

/** A number as WhatsApp wants it, or what is wrong with it (a clause to put after the field's name) and, where known, the right form. */
export type ParsedPhone = { ok: true; e164: string } | { ok: false; message: string; suggestion?: string };

/** What the writer got wrong, as clauses; the number that was meant, when that is certain; else what to do about it. */
type Reading = { faults: string[]; e164?: string; advice?: string };

const LONGEST_INPUT = 64;

/** Ways of writing that people understand and we do not guess at: each is named in the answer, and undone for the suggestion. */
const SPELLINGS: readonly { found: RegExp; fault: string; becomes: string | ((match: string) => string) }[] = [
  { found: /^\s*(?:tel|whatsapp):/i, fault: 'starts with "tel:" or "whatsapp:"', becomes: '' },
  { found: /(?:;?\s*ext(?:ension)?[.:=]?|\s*[x#])\s*\d{1,7}\s*$/i, fault: 'contains an extension', becomes: '' },
  { found: /^\s+|\s+$/g, fault: 'has blanks around it', becomes: '' },
  { found: /\s/g, fault: 'contains spaces', becomes: '' },
  { found: /\p{Cf}/gu, fault: 'contains invisible characters', becomes: '' },
  { found: /[-./()[\]~\p{Pd}]/gu, fault: 'contains separators such as - . or brackets', becomes: '' },
  { found: /＋/g, fault: 'contains a + that is not the usual one', becomes: '+' },
  {
    found: /(?![0-9])\p{Nd}/gu,
    fault: 'contains digits other than 0-9',
    becomes: (digit) => parseDigits(digit) || digit,
  },
  { found: /^00/, fault: 'starts with 00 instead of +', becomes: '+' },
];

/** National plans that grew or shrank while WhatsApp kept the ids people already had: Mexico's 1 after 52, Benin's eight digits. */
const FORMS_ONLY_WHATSAPP_KEEPS = /^\+(?:521\d{10}|229\d{8})$/;

/**
 * Reads a phone number strictly: only E.164 (`+34612345678`) is accepted, and, with `defaultCountry` (ISO, upper case), plain
 * digits as dialled in that country. A number is accepted when its length is possible: numbering plans grow faster than libraries.
 */
export function parseE164(input: unknown, defaultCountry?: string): ParsedPhone {
  if (typeof input !== 'string') {
    const given = input === null ? 'null' : Array.isArray(input) ? 'array' : typeof input;
    return { ok: false, message: `must be a string such as "+34612345678", not ${given}` };
  }
  if (input.trim() === '') return { ok: false, message: 'is empty: write it as +34612345678' };
  if (input.length > LONGEST_INPUT) return { ok: false, message: 'is too long for a phone number' };

  const { text, faults: spellings } = undoSpellings(input);
  const { e164, advice, faults } = read(text, defaultCountry);
  const wrong = [...spellings, ...faults].join(', ');
  if (e164 === undefined) return { ok: false, message: advice === undefined ? wrong : `${wrong}: ${advice}` };
  return wrong === '' ? { ok: true, e164 } : { ok: false, message: `${wrong}: write ${e164}`, suggestion: e164 };
}

/** The property is an E.164 number; the refusal is `parseE164`'s sentence. */
export function IsE164(options?: ValidationOptions): PropertyDecorator {
  return (target, property) =>
    registerDecorator({
      name: 'isE164',
      target: target.constructor,
      propertyName: property as string,
      options,
      validator: {
        validate: (value: unknown) => parseE164(value).ok,
        defaultMessage: (args) => {
          const parsed = parseE164(args?.value);
          return parsed.ok ? '' : parsed.message;
        },
      },
    });
}

/** As it should be; most are. */
const PLAIN = /^\+\d+$/;

function undoSpellings(input: string): { text: string; faults: string[] } {
  if (PLAIN.test(input)) return { text: input, faults: [] };
  let text = input;
  const faults: string[] = [];
  for (const { found, fault, becomes } of SPELLINGS) {
    const undone = text.replace(found, becomes as string);
    if (undone !== text) faults.push(fault);
    text = undone;
  }
  return { text, faults };
}

function read(text: string, defaultCountry: string | undefined): Reading {
  const odd = /(?<!^)\+|[^\d+]/u.exec(text);
  if (odd) return { faults: [`contains ${JSON.stringify(odd[0])}`], advice: 'only + and then digits are allowed' };
  if (!/\d/.test(text)) return { faults: ['contains no digits'], advice: 'write it as +34612345678' };
  if (text.startsWith('+')) return readInternational(text);
  return defaultCountry !== undefined && isSupportedCountry(defaultCountry)
    ? readNational(text, defaultCountry)
    : readWithoutCountry(text);
}

function readInternational(text: string): Reading {
  if (isPlainlyPossible(text) || FORMS_ONLY_WHATSAPP_KEEPS.test(text)) return { e164: text, faults: [] };
  const parsed = parsePhoneNumber(text);
  if (parsed?.isPossible()) {
    const e164 = parsed.number;
    return { e164, faults: e164 === text ? [] : ['contains a prefix that is only dialled inside the country'] };
  }
  const length = validatePhoneNumberLength(text);
  if (length === 'INVALID_COUNTRY') return { faults: ['there is no such country code after the +'] };
  const size = length === 'TOO_LONG' ? 'is too long' : length === 'TOO_SHORT' ? 'is too short' : 'has a wrong length';
  return { faults: [`${size} for a phone number${parsed ? ` of country code +${parsed.countryCallingCode}` : ''}`] };
}

/** Nobody said which country: the digits are taken for an international number only to suggest it, never to send to it. */
function readWithoutCountry(digits: string): Reading {
  const e164 = `+${digits}`;
  if (isInUse(e164)) return { e164, faults: ['the + in front is missing'] };
  return {
    faults: ['the country code is missing'],
    advice: `write it as +<country code>${digits}, or set WHATSAPP_DEFAULT_COUNTRY`,
  };
}

function readNational(digits: string, country: CountryCode): Reading {
  const national = parsePhoneNumber(digits, country);
  if (national?.isValid()) return { e164: national.number, faults: [] };

  const international = `+${digits}`;
  if (!national?.isPossible()) {
    if (isInUse(international)) return { e164: international, faults: [] };
    return { faults: [`has no length that numbers of ${country} have`], advice: 'write it as +<country code><number>' };
  }
  if (!isInUse(international)) return { e164: national.number, faults: [] };
  return { faults: ['the + in front is missing'], advice: `it may mean ${national.number} or ${international}` };
}

/** Stricter than what is accepted: a guess about the country must hit a range of numbers in use. */
function isInUse(e164: string): boolean {
  return FORMS_ONLY_WHATSAPP_KEEPS.test(e164) || parsePhoneNumber(e164)?.isValid() === true;
}
