import { all, bool, type Check, type JsonObject, list, number, object, oneOf, rule, text } from '../../checks.ts';
import type { NewTemplate, ParameterFormat, TemplateComponent } from '../template.ts';
import type { UploadStore } from '../upload-store.ts';
import { categoryOf } from './category-rules.ts';
import { componentShape } from './component-shape.ts';
import { readComponents } from './components.ts';
import { asGraphFaults } from './refusals.ts';
import { checkTimeToLive } from './time-to-live.ts';

const components = list(componentShape, 1);
const category = oneOf('UTILITY', 'MARKETING', 'AUTHENTICATION');

/** What an edit may replace. */
export const EDITABLE: Record<string, Check> = {
  components,
  category,
  message_send_ttl_seconds: number(-1),
  cta_url_link_tracking_opted_out: bool,
};

/** What every creation names. */
export const IDENTITY: Record<string, Check> = {
  name: all(
    text(512),
    rule((it: string) => /^[a-z0-9_]+$/.test(it), 'may hold a-z, 0-9 and _ only'),
  ),
  language: all(
    text(),
    rule((it: string) => /^[a-z]{2,3}(_[A-Z]{2,3})?$/.test(it), 'must be a language such as es or en_US'),
  ),
  category,
};

const newTemplate = object(
  { ...IDENTITY, components },
  {
    ...EDITABLE,
    parameter_format: oneOf('POSITIONAL', 'NAMED', 'positional', 'named'),
    allow_category_change: bool,
    sub_category: text(),
  },
);

interface Given extends JsonObject {
  name: string;
  language: string;
  category: string;
  components: TemplateComponent[];
  parameter_format?: string;
  message_send_ttl_seconds?: number;
}

/**
 * Reads the body of a creation as Meta's desk does.
 * @throws GraphError 100, with Meta's subcode where the fault has one
 */
export function readNewTemplate(body: JsonObject, uploads: UploadStore): NewTemplate {
  asGraphFaults(() => newTemplate(body, ''));
  const { allow_category_change: _gone, ...given } = body as Given;
  const parameter_format = String(given.parameter_format ?? 'POSITIONAL').toUpperCase() as ParameterFormat;
  const { category: asked, message_send_ttl_seconds: ttl } = given;
  checkTimeToLive(asked, ttl);
  const draft = { category: asked, format: parameter_format, components: given.components };
  const read = readComponents(draft, uploads);
  return { ...given, components: read, parameter_format, category: categoryOf(asked, read) };
}
