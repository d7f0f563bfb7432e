import { GraphError } from './graph-error.ts';

/**
 * Says nothing about a value that is as it should be.
 * @throws GraphError 131008 missing, 131009 wrong value, 100 unknown key or too long
 */
export type Check = (value: unknown, path: string) => void;
export type Fields = Record<string, Check>;
export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `min` 0 allows the empty string. */
export function text(max = Infinity, min = 1): Check {
  return (value, path) => {
    if (typeof value !== 'string') throw wrong(path, 'must be a string');
    if (value.length < min) throw wrong(path, 'must not be empty');
    if (value.length > max) throw new GraphError(100, `Param ${path} must be at most ${max} characters long`);
  };
}

export const link: Check = (value, path) => {
  if (typeof value !== 'string' || !/^https?:\/\/[^\s/]/i.test(value)) throw wrong(path, 'must be an http(s) URL');
};

export const bool: Check = (value, path) => {
  if (typeof value !== 'boolean') throw wrong(path, 'must be true or false');
};

/** Meta takes numbers in strings as well. */
export function number(min = -Infinity, max = Infinity): Check {
  return (value, path) => {
    const given = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    if (typeof given !== 'number' || !(given >= min && given <= max)) {
      throw wrong(path, `must be a number from ${min} to ${max}`);
    }
  };
}

export function oneOf(...allowed: (string | number)[]): Check {
  return (value, path) => {
    if (!allowed.includes(value as string)) throw wrong(path, `must be one of ${allowed.join(', ')}`);
  };
}

export function list(item: Check, min = 0, max = Infinity): Check {
  return (value, path) => {
    if (!Array.isArray(value)) throw wrong(path, 'must be an array');
    if (value.length < min || value.length > max) throw wrong(path, `must hold ${min} to ${max} items`);
    value.forEach((one, index) => item(one, `${path}[${index}]`));
  };
}

/** Every key of `required`, any of `optional`, nothing else. */
export function object(required: Fields, optional: Fields = {}): Check {
  const known = { ...required, ...optional };
  return (value, path) => {
    if (!isObject(value)) throw wrong(path, 'must be an object');
    for (const key of Object.keys(required)) {
      if (value[key] === undefined) throw missing(inside(path, key));
    }
    for (const [key, one] of Object.entries(value)) {
      const check = Object.hasOwn(known, key) ? known[key] : undefined;
      if (!check) throw new GraphError(100, `Unexpected key "${key}" on ${path || 'the message'}`);
      check(one, inside(path, key));
    }
  };
}

/** An object whose inside is not looked at. */
export const anyObject: Check = (value, path) => {
  if (!isObject(value)) throw wrong(path, 'must be an object');
};

export function all(...checks: Check[]): Check {
  return (value, path) => checks.forEach((check) => check(value, path));
}

/** A rule over a whole value that the earlier checks have found well-formed. */
export function rule(holds: (value: never) => boolean, otherwise: string): Check {
  return (value, path) => {
    if (!holds(value as never)) throw wrong(path, otherwise);
  };
}

export function missing(path: string): GraphError {
  return new GraphError(131008, `Param ${path} is required`);
}

export function wrong(path: string, what: string): GraphError {
  return new GraphError(131009, `Param ${path} ${what}`);
}

/** `text['body']`, as Meta writes it. */
export function inside(path: string, key: string): string {
  return path === '' ? key : `${path}['${key}']`;
}
