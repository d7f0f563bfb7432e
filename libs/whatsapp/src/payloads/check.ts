import type { FieldError } from '#common';

import { dig, isObject, isString, type JsonObject, lowerCase, shown } from './json.ts';

/** Says at its place what is wrong with a value, and nothing when it is right. `undefined` stands for a field that is absent. */
export type Check = (value: unknown, place: Place) => void;
export type Fields = Record<string, Check>;

/** What a check of the parts cannot see: how they go together. Its value has the right kind, its parts may be anything. */
export type Rule<T> = (value: T, place: Place) => void;

/** How one message type is read: Meta's limits, and our shorthands turned into Meta's object once those limits hold. */
export interface MessageKind {
  check: Check;
  expand?: (value: unknown) => unknown;
}

/** More would help nobody, and a hostile body must not buy an answer many times its size. */
const MOST_ERRORS = 100;

/** Where a check stands in the request (`template.components[0].type`), and the list it reports to. */
export class Place {
  constructor(
    private readonly key: string | number,
    private readonly errors: FieldError[],
    private readonly within?: Place,
  ) {}

  at(key: string | number): Place {
    return new Place(key, this.errors, this);
  }

  along(keys: (string | number)[]): Place {
    return keys.reduce<Place>((place, key) => place.at(key), this);
  }

  refuse(message: string): void {
    if (this.errors.length < MOST_ERRORS) this.errors.push({ field: this.path(), message });
  }

  /** Spelled out for what is refused alone: most places of most messages are right. */
  private path(): string {
    const { key, within } = this;
    if (!within) return String(key);
    if (typeof key === 'number') return `${within.path()}[${key}]`;
    return within.path() + (/^\w{1,64}$/.test(key) ? `.${key}` : `[${shown(key)}]`);
  }
}

export const anything: Check = () => {};

export const optional =
  (check: Check): Check =>
  (value, place) => {
    if (value !== undefined) check(value, place);
  };

export const boolean = kind('true or false', (value) => typeof value === 'boolean');

/**
 * A string of `min` (1) to `max` characters. Characters are code points: Meta does not say what it counts, so this is the reading
 * that does not refuse what Meta would take; in UTF-16 units every emoji would count twice or more.
 */
export function text(
  { min = 1, max = Infinity }: { min?: number; max?: number } = {},
  ...rules: Rule<string>[]
): Check {
  return kind('a string', isString, (value, place) => {
    const length = value.length > max ? [...value].length : value.length;
    if (length < min) place.refuse('must not be empty');
    else if (length > max) place.refuse(`at most ${max} characters, this has ${length}`);
    for (const rule of rules) rule(value, place);
  });
}

/** A string of a given form, which `form` describes: "a date such as 1999-01-23". */
export function pattern(form: string, matches: RegExp): Check {
  return kind('a string', isString, (value, place) => {
    if (!matches.test(value)) place.refuse(`must be ${form}, this is ${shown(value)}`);
  });
}

export const url = text({}, (value, place) => {
  if (value !== '' && !(/^https?:\/\/\S+$/i.test(value) && URL.canParse(value))) {
    place.refuse(`must be an http or https URL, this is ${shown(value)}`);
  }
});

/** A number, or the same as a string: Meta's own examples write coordinates and button positions both ways. */
export function number({ min = -Infinity, max = Infinity, whole = false } = {}): Check {
  const range = max === Infinity ? (min === -Infinity ? '' : ` of at least ${min}`) : ` from ${min} to ${max}`;
  return (value, place) => {
    if (value === undefined) return place.refuse('is required');
    const parsed = isString(value) && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
    const isRight = whole ? Number.isSafeInteger(parsed) : Number.isFinite(parsed);
    if (isRight && (parsed as number) >= min && (parsed as number) <= max) return;
    place.refuse(`must be a ${whole ? 'whole ' : ''}number${range}, this is ${shown(value)}`);
  };
}

export function oneOf(...names: string[]): Check {
  const choice = names.length === 1 ? `"${names[0]}"` : `one of ${names.join(', ')}`;
  return (value, place) => {
    if (value === undefined) place.refuse(`is required: ${choice}`);
    else if (!isString(value) || !names.includes(value)) place.refuse(`must be ${choice}, this is ${shown(value)}`);
  };
}

/** `min` (1) to `max` items, called `of` in the answer: "at most 3 buttons, this has 4". */
export function list(
  item: Check,
  { min = 1, max = Infinity, of = 'items' }: { min?: number; max?: number; of?: string },
  ...rules: Rule<unknown[]>[]
): Check {
  return kind('an array', Array.isArray, (value: unknown[], place) => {
    if (value.length < min)
      place.refuse(min === 1 ? 'must not be empty' : `at least ${min} ${of}, this has ${value.length}`);
    if (value.length > max) place.refuse(`at most ${max} ${of}, this has ${value.length}`);
    value.forEach((each, index) => item(each, place.at(index)));
    for (const rule of rules) rule(value, place);
  });
}

/** An object with these fields and no other: an unknown field is an error, never ignored in silence. */
export function object(fields: Fields, ...rules: Rule<JsonObject>[]): Check {
  const known = open(fields, ...rules);
  const names = Object.keys(fields).join(', ');
  return kind('an object', isObject, (value, place) => {
    for (const key of Object.keys(value)) {
      if (!Object.hasOwn(fields, key)) place.at(key).refuse(`is not known here; known are ${names}`);
    }
    known(value, place);
  });
}

/** An object with at least these fields: for what Meta documents country by country and changes often. */
export function open(fields: Fields = {}, ...rules: Rule<JsonObject>[]): Check {
  const checks = Object.entries(fields);
  return kind('an object', isObject, (value, place) => {
    for (const [key, check] of checks) check(value[key], place.at(key));
    for (const rule of rules) rule(value, place);
  });
}

/** An object whose keys are data: every key passes one check, every value the other. */
export function record(check: Check, name: Check = anything): Check {
  return kind('an object', isObject, (value, place) => {
    for (const [key, each] of Object.entries(value)) {
      name(key, place.at(key));
      check(each, place.at(key));
    }
  });
}

/**
 * An object whose field `key` names the shape of the rest. Either case will do for the name, as it does for Meta, whose
 * catalogue page writes CATALOG and whose Java clients send BUTTON.
 */
export function variant(key: string, shapes: Record<string, Fields | Check>): Check {
  const whole = (shape: Fields | Check): Check =>
    typeof shape === 'function' ? shape : object({ [key]: anything, ...shape });
  const checks = new Map(Object.entries(shapes).map(([name, shape]) => [name, whole(shape)]));
  const name = oneOf(...checks.keys());
  return kind('an object', isObject, (value, place) => {
    const check = checks.get(lowerCase(value[key]));
    if (check) check(value, place);
    else name(value[key], place.at(key));
  });
}

/** A string, our shorthand, or the object that Meta documents. */
export function stringOr(shorthand: Check, full: Check): Check {
  return (value, place) => (isString(value) ? shorthand : full)(value, place);
}

export function exactlyOneOf(...keys: string[]): Rule<JsonObject> {
  return (value, place) => {
    const given = keys.filter((key) => value[key] !== undefined);
    if (given.length === 1) return;
    place.refuse(`needs exactly one of ${keys.join(', ')}, this has ${given.join(', ') || 'none'}`);
  };
}

/** The values found along `path` in each item differ from each other. */
export function distinct(...path: string[]): Rule<unknown[]> {
  return (items, place) => {
    const seen = new Map<unknown, number>();
    items.forEach((item, index) => {
      const value = dig(item, ...path);
      const first = seen.get(value);
      if (value === undefined) return;
      if (first === undefined) seen.set(value, index);
      else place.along([index, ...path]).refuse(`is the same as in [${first}]`);
    });
  };
}

function kind<T>(name: string, is: (value: unknown) => value is T, rule?: Rule<T>): Check;
function kind(name: string, is: (value: unknown) => boolean): Check;
function kind<T>(name: string, is: (value: unknown) => boolean, rule: Rule<T> = () => {}): Check {
  return (value, place) => {
    if (value === undefined) place.refuse('is required');
    else if (is(value)) rule(value as T, place);
    else place.refuse(`must be ${name}, this is ${shown(value)}`);
  };
}
