import { MEDIA_KINDS, type MediaKind } from '../media-kind.ts';

/** An object of Meta's that names a file: `{ "id": … }` under `image`, `document`… */
export interface MediaReference {
  kind: MediaKind;
  object: Record<string, unknown> & { id: string };
  /** `template.components[0].parameters[0].image.id` */
  field: string;
}

/** Deeper than any message that is accepted. */
const DEEPEST = 32;

/** Types that cannot name a file; most messages are of these, or templates. */
const WITHOUT_MEDIA: readonly unknown[] = ['text', 'location', 'contacts', 'reaction'];

/** Every file a message names by an id, wherever Meta lets it: in the message, in a header, in a parameter. */
export function mediaReferences(message: Record<string, unknown>): MediaReference[] {
  const found: MediaReference[] = [];
  if (!WITHOUT_MEDIA.includes(message.type)) walk(message, '', 0, found);
  return found;
}

function walk(value: unknown, path: string, depth: number, found: MediaReference[]): void {
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return;
  if (Array.isArray(value)) {
    value.forEach((item, index) => walk(item, `${path}[${index}]`, depth + 1, found));
    return;
  }
  for (const [key, child] of Object.entries(value)) {
    const field = path ? `${path}.${key}` : key;
    const kind = MEDIA_KINDS.find((one) => one === key);
    if (kind && namesFile(child)) found.push({ kind, object: child, field: `${field}.id` });
    walk(child, field, depth + 1, found);
  }
}

function namesFile(value: unknown): value is MediaReference['object'] {
  return typeof value === 'object' && value !== null && typeof (value as { id?: unknown }).id === 'string';
}
