import type { Schema } from '../../apps/api/src/operations/openapi/json-schema.ts';
import type { Random } from '../chaos/random.ts';

/** What no parameter is, each already as it stands in a URL. */
const ODD_TEXTS = [
  '',
  '%00',
  'a%00b',
  '%ED%A0%80',
  '%FF%FE',
  '%E0%A4%A',
  '%',
  '-1',
  '1e999',
  '99999999999999999999999999',
  'NaN',
  'null',
  '__proto__',
  '..%2F..%2Fetc%2Fpasswd',
  '%27%3B%20DROP%20TABLE%20whatsapp_messages%3B--',
  '%F0%9F%98%80',
  '2026-13-45T99:99:99Z',
  '0000-00-00',
  '+275760-09-14T00:00:00Z',
  'x'.repeat(3_000),
  '00000000-0000-0000-0000-000000000000',
];
export const ODD_HEADERS = [
  '',
  ' ',
  'x'.repeat(5_000),
  '\u00e9\u00ff',
  '"',
  '0',
  '-1',
  ',,;;==',
  '*/*',
  'bytes=9-1',
  '%00',
];
export const ODD_TYPES = [
  'text/plain',
  'text/xml',
  'multipart/form-data; boundary=x',
  'multipart/form-data',
  'application/json; charset=utf-16',
  'application/json; charset=nonsense',
  'application/x-www-form-urlencoded',
  'x',
  '',
];
const WORDS = ['text', 'Ana', 'es', 'po_notification', 'PO-2024-001', 'emoji \u{1f600}', '+34612345678', 'ñ'];

export const oddText = (random: Random): string => random.pick(ODD_TEXTS);

/** A value that a parameter of this schema may have. */
export function sampleOf({ examples, enum: values, format, type, minimum, maximum }: Schema, random: Random): string {
  if (Array.isArray(values)) return String(random.pick(values as unknown[]));
  if (Array.isArray(examples) && random.chance(0.5)) return String(examples[0]);
  if (format === 'uuid') return uuid(random);
  if (format === 'date-time') return new Date(random.between(1_700_000_000, 1_900_000_000) * 1_000).toISOString();
  const kind = [type].flat()[0];
  if (kind === 'boolean') return String(random.chance(0.5));
  if (kind === 'integer' || kind === 'number') {
    return String(random.between((minimum as number | undefined) ?? 0, (maximum as number | undefined) ?? 1_000));
  }
  return random.pick(WORDS);
}

export function uuid(random: Random): string {
  const hex = (digits: number) => Array.from({ length: digits }, () => random.between(0, 15).toString(16)).join('');
  return `${hex(8)}-${hex(4)}-7${hex(3)}-8${hex(3)}-${hex(12)}`;
}
