import { gzipSync } from 'node:zlib';

import { signWebhook } from '#whatsapp';

import { Random } from '../chaos/random.ts';

/** One request that Meta would never make, or might. */
export interface Mutation {
  /** What was done to it. */
  name: string;
  /** Endless ones are chunked: they have no Content-Length. */
  body: Buffer | AsyncIterable<Buffer>;
  headers: Record<string, string>;
}

type Json = Record<string, unknown>;
/** A place in a JSON value that can be changed or removed. */
interface Place {
  parent: Json | unknown[];
  key: string | number;
}

/** Values of every kind that a field is not. */
const ODD: readonly (() => unknown)[] = [
  () => null,
  () => true,
  () => -1,
  () => 1e308,
  () => 0.1,
  () => '',
  () => 'a\0b',
  () => 'half a pair \ud83d',
  () => '9'.repeat(400),
  () => 'x'.repeat(20_000),
  () => '__proto__',
  () => "'; DROP TABLE whatsapp_messages; --",
  () => [],
  () => [[], {}, null, 7],
  () => ({}),
  () => JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}') as unknown,
  () => nested(200),
];
const ENDLESS_CHUNK = Buffer.alloc(64 * 1024, ' ');
const MIB = 1024 * 1024;

/** Changes to a body that stays JSON, by themselves or one after the other. */
const CHANGES: Record<string, (body: Json, random: Random) => void> = {
  'field removed': (body, random) => remove(random.pick(placesIn(body))),
  'field of another kind': (body, random) => put(random.pick(placesIn(body)), random.pick(ODD)()),
  'field renamed': (body, random) => {
    const place = random.pick(placesIn(body));
    const value = remove(place);
    if (!Array.isArray(place.parent))
      define(place.parent, random.pick(['__proto__', 'a\0', 'constructor', 'Type']), value);
  },
  'item repeated': (body, random) => {
    const lists = placesIn(body).filter(({ parent }) => Array.isArray(parent));
    if (lists.length === 0) return;
    const { parent, key } = random.pick(lists) as { parent: unknown[]; key: number };
    parent.push(...Array.from({ length: random.between(1, 20) }, () => structuredClone(parent[key])));
  },
  'fields swapped': (body, random) => {
    const [one, other] = [random.pick(placesIn(body)), random.pick(placesIn(body))];
    put(one, structuredClone(valueAt(other)));
  },
};

/** What is done to the bytes. */
const REQUESTS: Record<string, (body: Buffer, random: Random, secret: string) => Omit<Mutation, 'name'>> = {
  'bytes spoilt': (body, random, secret) => {
    const spoilt = Buffer.from(body);
    for (let left = random.between(1, 5); left > 0; left--)
      spoilt[random.between(0, spoilt.length - 1)] = random.between(0, 255);
    return signed(spoilt, secret);
  },
  'broken off': (body, random, secret) => signed(body.subarray(0, random.between(0, body.length - 1)), secret),
  'invalid UTF-8': (body, _, secret) =>
    signed(Buffer.concat([body.subarray(0, -1), Buffer.from([0xc3, 0x28, 0xff])]), secret),
  'nested without end': (_, __, secret) => signed(Buffer.from(brackets(100_000)), secret),
  'nested in a value': (body, _, secret) =>
    signed(Buffer.from(body.toString().replace('"changes":[', `"changes":[${brackets(50_000)},`)), secret),
  'three megabytes': (body, _, secret) => signed(batchOf(body, 3 * MIB), secret),
  'too large': (body, _, secret) => signed(batchOf(body, 4 * MIB + 1_000), secret),
  'endless, in chunks': () => ({ body: endless(), headers: headersOf('sha256=00') }),
  'gzip bomb': (body, _, secret) => {
    const bomb = gzipSync(Buffer.alloc(64 * MIB));
    return { body: bomb, headers: { ...headersOf(signWebhook(body, secret)), 'content-encoding': 'gzip' } };
  },
  'wrong content type': (body, random, secret) => {
    const type = random.pick(['text/plain', 'multipart/form-data', 'application/xml; charset=utf-16', 'x', '']);
    return { body, headers: { ...headersOf(signWebhook(body, secret)), 'content-type': type } };
  },
  'wrong signature': (body, random) => ({
    body,
    headers: headersOf(
      random.pick(['', 'sha256=', 'sha256=zz', 'sha1=00', `sha256=${'0'.repeat(64)}`, 'x'.repeat(5_000)]),
    ),
  }),
};
/** Of all requests, those that are not about JSON; they take longest. */
const REQUEST_SHARE = 0.15;
/** Megabytes are worth a few of them. */
const HEAVY = new Set(['three megabytes', 'too large', 'endless, in chunks', 'gzip bomb', 'nested in a value']);
const HEAVY_SHARE = 0.1;

/** A request made out of one of Meta's bodies. The same chance gives the same request. */
export function mutate(original: unknown, random: Random, secret: string): Mutation {
  if (random.chance(REQUEST_SHARE)) {
    const isHeavy = random.chance(HEAVY_SHARE);
    const name = random.pick(Object.keys(REQUESTS).filter((one) => HEAVY.has(one) === isHeavy));
    return { name, ...REQUESTS[name]!(Buffer.from(JSON.stringify(original)), random, secret) };
  }
  const { name, body } = spoil(original, random);
  return { name, ...signed(Buffer.from(body), secret) };
}

/** A body that is JSON still, after one to four changes. */
export function spoil(original: unknown, random: Random): { name: string; body: string } {
  const body = structuredClone(original) as Json;
  const names = Array.from({ length: random.between(1, 4) }, () => random.pick(Object.keys(CHANGES)));
  for (const name of names) if (placesIn(body).length > 0) CHANGES[name]!(body, random);
  return { name: names.length === 1 ? names[0]! : 'several changes', body: JSON.stringify(body) };
}

/** One of those that are done to the bytes, by its name. */
export function mutateAs(name: string, original: unknown, secret: string): Mutation {
  return { name, ...REQUESTS[name]!(Buffer.from(JSON.stringify(original)), new Random(1), secret) };
}

function signed(body: Buffer, secret: string): Omit<Mutation, 'name'> {
  return { body, headers: headersOf(signWebhook(body, secret)) };
}

function headersOf(signature: string): Record<string, string> {
  return { 'content-type': 'application/json', 'x-hub-signature-256': signature };
}

async function* endless(): AsyncGenerator<Buffer> {
  // Far beyond the limit; whoever reads all of it has none.
  for (let bytes = 0; bytes < 64 * MIB; bytes += ENDLESS_CHUNK.length) yield await Promise.resolve(ENDLESS_CHUNK);
}

function batchOf(body: Buffer, size: number): Buffer {
  const filling = Buffer.from(`{"object":"whatsapp_business_account","entry":[${'{},'.repeat(1_000)}`);
  const rest = Buffer.from(`{"filling":"${'x'.repeat(Math.max(0, size - filling.length - body.length - 40))}"},`);
  return Buffer.concat([filling, rest, body, Buffer.from(']}')]);
}

function brackets(depth: number): string {
  return '['.repeat(depth) + ']'.repeat(depth);
}

function nested(depth: number): unknown {
  let value: unknown = 7;
  for (let level = 0; level < depth; level++) value = level % 2 ? [value] : { type: value };
  return value;
}

function placesIn(root: Json): Place[] {
  const places: Place[] = [];
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || places.length > 5_000) return;
    for (const key of Array.isArray(value) ? value.keys() : Object.keys(value)) {
      const place = { parent: value as Json, key };
      places.push(place);
      walk(valueAt(place));
    }
  };
  walk(root);
  return places;
}

function valueAt({ parent, key }: Place): unknown {
  return (parent as Json)[key];
}

function put({ parent, key }: Place, value: unknown): void {
  define(parent, String(key), value);
}

function remove(place: Place): unknown {
  const value = valueAt(place);
  if (Array.isArray(place.parent)) place.parent.splice(Number(place.key), 1);
  else delete place.parent[place.key];
  return value;
}

/** Not assigned: a key named __proto__ must become one. */
function define(parent: object, key: string, value: unknown): void {
  Object.defineProperty(parent, key, { value, enumerable: true, configurable: true, writable: true });
}
