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
  if (!WITHOUT_MEDIA.includes(message.type)) walk(message, [], found);
  return found;
}

/** `path` is spelled out for what is found alone: most messages name no file. */
function walk(value: unknown, path: (string | number)[], found: MediaReference[]): void {
  if (typeof value !== 'object' || value === null || path.length > DEEPEST) return;
  if (Array.isArray(value)) {
    value.forEach((item, index) => walkAt(index, item, path, found));
    return;
  }
  for (const key of Object.keys(value)) {
    const child = (value as Record<string, unknown>)[key];
    const kind = MEDIA_KINDS.find((one) => one === key);
    if (kind && namesFile(child)) found.push({ kind, object: child, field: fieldAt([...path, key, 'id']) });
    walkAt(key, child, path, found);
  }
}

function walkAt(key: string | number, child: unknown, path: (string | number)[], found: MediaReference[]): void {
  path.push(key);
  walk(child, path, found);
  path.pop();
}

function fieldAt(path: (string | number)[]): string {
  return path.reduce<string>((field, key) => {
    if (typeof key === 'number') return `${field}[${key}]`;
    return field === '' ? key : `${field}.${key}`;
  }, '');
}

function namesFile(value: unknown): value is MediaReference['object'] {
  return typeof value === 'object' && value !== null && typeof (value as { id?: unknown }).id === 'string';
}
