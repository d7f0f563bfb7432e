/** Looking into JSON that may be anything. */
export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isString(value: unknown): value is string {
  return typeof value === 'string';
}

/** A number, or one in a string, as Meta takes both; NaN for anything else. */
export function toNumber(value: unknown): number {
  return typeof value === 'number' || (isString(value) && value.trim() !== '') ? Number(value) : NaN;
}

export function lowerCase(value: unknown): string {
  return isString(value) ? value.toLowerCase() : '';
}

/** The value at a path that may lead nowhere. */
export function dig(value: unknown, ...path: string[]): unknown {
  let inner = value;
  for (const key of path) inner = isObject(inner) ? inner[key] : undefined;
  return inner;
}

export function itemsOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A value as an error message shows it: short, and harmless to print. */
export function shown(value: unknown): string {
  if (isString(value)) return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value);
  return Array.isArray(value) ? 'an array' : 'an object';
}
