import { all, bool, isObject, type JsonObject, list, number, object, oneOf, rule, text } from './checks.ts';
import { GraphError } from './graph-error.ts';
import { type NewTemplate, placeholdersOf, type TemplateComponent } from './template.ts';
import type { TemplateStore } from './template-store.ts';

const component = all(
  rule(isObject, 'must be an object'),
  rule((it: JsonObject) => typeof it.type === 'string', 'needs a type'),
);

const newTemplate = object(
  {
    name: all(
      text(512),
      rule((it: string) => /^[a-z0-9_]+$/.test(it), 'may hold a-z, 0-9 and _ only'),
    ),
    language: text(),
    category: oneOf('UTILITY', 'MARKETING', 'AUTHENTICATION'),
    components: list(component, 1),
  },
  {
    parameter_format: oneOf('POSITIONAL', 'NAMED', 'positional', 'named'),
    message_send_ttl_seconds: number(-1),
    cta_url_link_tracking_opted_out: bool,
    allow_category_change: bool,
    sub_category: text(),
  },
);

/**
 * Reads the body of a creation as Meta's review desk does.
 * @throws GraphError 100, with Meta's subcode where the fault has one; 131008 and 131009 for the structure
 */
export function checkNewTemplate(body: JsonObject, store: TemplateStore): NewTemplate {
  newTemplate(body, '');
  const template = body as unknown as NewTemplate;
  if (store.find(template.name, template.language)) {
    throw new GraphError(100, 'Content in this language already exists', { subcode: 2388024 });
  }
  const components = template.components.map((one) => ({ ...one, type: one.type.toUpperCase() }));
  if (template.category !== 'AUTHENTICATION') checkBody(components);
  const parameter_format = String(template.parameter_format ?? 'POSITIONAL').toUpperCase() as 'POSITIONAL' | 'NAMED';
  return { ...template, components: components.map(asApproved), parameter_format };
}

function checkBody(components: TemplateComponent[]): void {
  const body = components.find((one) => one.type === 'BODY');
  if (!body?.text) throw new GraphError(100, 'A template needs a BODY with a text', { subcode: 2388043 });
  if (body.text.length > 1024)
    throw new GraphError(100, 'The body is longer than 1024 characters', { subcode: 2388040 });
  if (/^\s*\{\{|\}\}\s*$/.test(body.text)) {
    throw new GraphError(100, 'Variables cannot be at the start or end of the body', { subcode: 2388299 });
  }
  if (placeholdersOf(body.text).length > 0 && !body.example) {
    throw new GraphError(100, 'The BODY has variables and no example', { subcode: 2388043 });
  }
}

/** The text of an authentication template is Meta's own. */
function asApproved(component: TemplateComponent): TemplateComponent {
  if (component.type !== 'BODY' || component.text) return component;
  return { ...component, text: '*{{1}}* is your verification code.' };
}
