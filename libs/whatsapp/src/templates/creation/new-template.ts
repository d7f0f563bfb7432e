import type { FieldError } from '#common';

import type { NewCloudApiTemplate, TemplateChanges, TemplateComponent } from '../../cloud-api/index.ts';
import {
  anything,
  boolean,
  type Check,
  type Fields,
  object,
  oneOf,
  optional,
  pattern,
  Place,
  type Rule,
  text,
} from '../../payloads/check.ts';
import { dig, isString, itemsOf, type JsonObject } from '../../payloads/json.ts';
import { refuseUnstorable } from '../../payloads/storable.ts';
import { componentsOf } from './components.ts';
import { expandComponents } from './expand.ts';
import { libraryFields } from './library-template.ts';
import { typeOf } from './parts.ts';
import { timeToLiveOf } from './time-to-live.ts';
import { variablesOf } from './variables.ts';

export const CATEGORIES = ['UTILITY', 'MARKETING', 'AUTHENTICATION'] as const;

/** What was read, or everything that is wrong with it, each with the path of its field. */
export type Read<T> = { value: T; errors: [] } | { value: undefined; errors: FieldError[] };

const upperCase = (value: unknown): unknown => (isString(value) ? value.toUpperCase() : value);
const inUpperCase =
  (check: Check): Check =>
  (value, place) =>
    check(upperCase(value), place);

const category = inUpperCase(oneOf(...CATEGORIES));
const parameterFormat = inUpperCase(oneOf('POSITIONAL', 'NAMED'));

const identity: Fields = {
  name: pattern('1 to 512 lower-case letters, digits and _', /^[a-z0-9_]{1,512}$/),
  language: pattern('a language code such as es or en_US', /^[a-z]{2,3}(_[A-Z]{2})?$/),
  category,
};

const extras: Fields = {
  sub_category: optional(text()),
  display_format: optional(text()),
  cta_url_link_tracking_opted_out: optional(boolean),
  // Gone at Meta since 2025; clients still send it.
  allow_category_change: anything,
};

/**
 * Reads a template that is to be created: Meta's own object, with our shorthands for examples (`examples`, `media_id`). What
 * breaks one of Meta's documented rules is refused here, every fault at once, before anything is submitted.
 */
export function readNewTemplate(body: JsonObject): Read<NewCloudApiTemplate> {
  if (body.library_template_name !== undefined) return readLibraryTemplate(body);
  const context = { category: String(upperCase(body.category)), format: upperCase(body.parameter_format) };
  const errors = faultsOf(body, {
    ...identity,
    ...extras,
    parameter_format: optional(parameterFormat),
    components: componentsOf(context.category),
    message_send_ttl_seconds: optional(timeToLiveOf(context.category)),
  });
  oneFormat(body.components, context.format, new Place('parameter_format', errors));
  if (errors.length > 0) return { value: undefined, errors };
  const { allow_category_change: _gone, ...rest } = body;
  const components = expandComponents(body.components) as unknown as TemplateComponent[];
  const format = context.format ?? formatOf(body.components);
  const value = {
    ...rest,
    category: context.category,
    ...(format !== undefined && { parameter_format: format }),
    components,
  };
  return { value: value as NewCloudApiTemplate, errors: [] };
}

/** What a template is while it is changed. */
export interface PresentTemplate {
  category: string;
  parameterFormat: string;
}

/** Reads what is to be changed of a template: `components`, `category`, `message_send_ttl_seconds`. */
export function readTemplateChanges(body: JsonObject, present: PresentTemplate): Read<TemplateChanges> {
  const next = body.category === undefined ? present.category : String(upperCase(body.category));
  const errors = faultsOf(
    body,
    {
      components: optional(componentsOf(next)),
      category: optional(category),
      message_send_ttl_seconds: optional(timeToLiveOf(next)),
    },
    anyOf('components', 'category', 'message_send_ttl_seconds'),
  );
  oneFormat(body.components, present.parameterFormat, new Place('components', errors));
  if (errors.length > 0) return { value: undefined, errors };
  const value = {
    ...body,
    ...(body.category !== undefined && { category: next }),
    ...(body.components !== undefined && { components: expandComponents(body.components) }),
  };
  return { value: value as TemplateChanges, errors: [] };
}

function readLibraryTemplate(body: JsonObject): Read<NewCloudApiTemplate> {
  const errors = faultsOf(body, { ...identity, ...libraryFields });
  if (errors.length > 0) return { value: undefined, errors };
  const { allow_category_change: _gone, ...rest } = body;
  return { value: { ...rest, category: String(upperCase(body.category)) } as NewCloudApiTemplate, errors: [] };
}

/** The fields of a request stand at its root: `components[0].text`. */
function faultsOf(body: JsonObject, fields: Fields, ...rules: Rule<JsonObject>[]): FieldError[] {
  const errors: FieldError[] = [];
  object(fields, ...rules)(body, new Place('', errors));
  for (const field of Object.keys(body)) refuseUnstorable(body[field], new Place(field, errors));
  return errors.map(({ field, message }) => ({ field: field.replace(/^\./, '') || 'body', message }));
}

function anyOf(...keys: string[]): Rule<JsonObject> {
  return (value, place) => {
    if (keys.every((key) => value[key] === undefined)) place.refuse(`needs at least one of ${keys.join(', ')}`);
  };
}

/** Every text of one template has the same kind of variables. */
function oneFormat(components: unknown, given: unknown, place: Place): void {
  const formats = new Set(textsOf(components).map((one) => variablesOf(one).format));
  const [positional, named] = [formats.has('positional'), formats.has('named')];
  if (positional && named) place.refuse('some texts have numbered variables, others named ones; use only one kind');
  else if (given === 'NAMED' && positional) place.refuse('NAMED needs names such as {{order_id}}; the text has {{1}}');
  else if (named && given !== undefined && given !== 'NAMED') {
    place.refuse('POSITIONAL needs {{1}}, {{2}}…; the text has named variables');
  }
}

function formatOf(components: unknown): 'NAMED' | undefined {
  return textsOf(components).some((one) => variablesOf(one).format === 'named') ? 'NAMED' : undefined;
}

/** The texts of header, body and cards. That of a URL is positional in every template. */
function textsOf(components: unknown): string[] {
  return itemsOf(components).flatMap((component) => {
    const cards = itemsOf(dig(component, 'cards')).flatMap((card) => textsOf(dig(card, 'components')));
    const own = dig(component, 'text');
    return isString(own) && ['header', 'body'].includes(typeOf(component)) ? [own, ...cards] : cards;
  });
}
