import { GraphError } from '../graph-error.ts';
import type { GraphRequest } from '../http.ts';
import type { Template } from './template.ts';
import { pickTemplate } from './template-fields.ts';

const PAGE_SIZE = 25;
const LARGEST_PAGE = 250;

type Filter = (template: Template, value: string) => boolean;
const equals =
  (field: 'status' | 'language' | 'category'): Filter =>
  (template, value) =>
    listed(value).includes(template[field].toLowerCase());

const FILTERS: Record<string, Filter> = {
  name: ({ name }, value) => name === value,
  name_or_content: (template, value) => textOf(template).includes(value.toLowerCase()),
  content: ({ components }, value) => JSON.stringify(components).toLowerCase().includes(value.toLowerCase()),
  quality_score: ({ quality_score }, value) => listed(value).includes(quality_score.score.toLowerCase()),
  status: equals('status'),
  language: equals('language'),
  category: equals('category'),
};

/**
 * One page of the templates that pass the filters, with the cursors of its ends.
 * @throws GraphError 131059, before v24 100, when the template a cursor points at is gone
 */
export function templatePage(all: Template[], request: GraphRequest, apiVersion: number): object {
  const { query } = request;
  const wanted = all.filter((template) => passesFilters(template, query));
  const page = wanted.slice(...boundsOf(wanted, query, apiVersion));
  const [first, last] = [page[0], page.at(-1)];
  if (!first || !last) return { data: [] };
  const next = wanted.at(-1) !== last && { next: urlOf(request, 'after', last) };
  const previous = wanted[0] !== first && { previous: urlOf(request, 'before', first) };
  return {
    data: page.map((template) => pickTemplate(template, query.get('fields'))),
    paging: { cursors: { before: cursorOf(first), after: cursorOf(last) }, ...next, ...previous },
  };
}

function passesFilters(template: Template, query: URLSearchParams): boolean {
  return Object.entries(FILTERS).every(([name, passes]) => {
    const value = query.get(name);
    return value === null || passes(template, value);
  });
}

function boundsOf(wanted: Template[], query: URLSearchParams, apiVersion: number): [number, number] {
  const asked = Number(query.get('limit') ?? PAGE_SIZE) || PAGE_SIZE;
  const size = Math.min(Math.max(1, asked), LARGEST_PAGE);
  const placeOf = (cursor: string): number => {
    const place = wanted.findIndex((template) => cursorOf(template) === cursor);
    if (place < 0) throw new GraphError(apiVersion >= 24 ? 131059 : 100, 'The paging cursor is not valid any more');
    return place;
  };
  const [after, before] = [query.get('after'), query.get('before')];
  const end = before === null ? wanted.length : placeOf(before);
  const fromTheEnd = before === null ? 0 : Math.max(0, end - size);
  const start = after === null ? fromTheEnd : placeOf(after) + 1;
  return [start, Math.min(start + size, end)];
}

function urlOf({ query, origin, path }: GraphRequest, cursor: 'after' | 'before', template: Template): string {
  const next = new URLSearchParams(query);
  next.delete(cursor === 'after' ? 'before' : 'after');
  next.set(cursor, cursorOf(template));
  return `${origin}${path}?${next.toString()}`;
}

/** `APPROVED`, or `["APPROVED","PAUSED"]`. */
function listed(value: string): string[] {
  return value
    .toLowerCase()
    .split(/[[\]",\s]+/)
    .filter((one) => one !== '');
}

function textOf({ name, components }: Template): string {
  return `${name} ${components.map(({ text = '' }) => text).join(' ')}`.toLowerCase();
}

function cursorOf(template: Template): string {
  return Buffer.from(template.id).toString('base64url');
}
