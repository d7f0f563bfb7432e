/** Readers for what came over the wire: whatever the value is, they answer the kind asked for or nothing, and never throw. */
export type JsonObject = Record<string, unknown>;

export function objectOf(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Text, or a number as text: Meta's own examples write ids and times both ways. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string' && value !== '') return value;
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : undefined;
}

/** Unix seconds, as text or number; undefined when it is no time at all. */
export function timeOf(value: unknown): Date | undefined {
  const seconds = Number(textOf(value));
  const time = new Date(seconds * 1_000);
  return seconds > 0 && !Number.isNaN(time.getTime()) ? time : undefined;
}

/** `+` and digits. Meta writes bare digits; some providers write `+`, blanks and hyphens. */
export function phoneOf(value: unknown): string | undefined {
  const digits = textOf(value)?.replace(/[\s()+-]/g, '');
  return digits && /^\d{5,20}$/.test(digits) ? `+${digits}` : undefined;
}

/** JSON text, of whatever was told. */
export function asText(raw: unknown): string {
  try {
    return JSON.stringify(raw) ?? 'null';
  } catch {
    // Only hostile nesting overflows here; the bytes are in the delivery.
    return '"nested too deeply to be shown; see the delivery"';
  }
}
