import { checked } from '../checked-body.ts';
import { anyObject, type Check, isObject, list, number, object, oneOf, text } from '../checks.ts';
import type { Controls } from '../controls.ts';
import { type GraphRequest, type Handler, json } from '../http.ts';

const STATUSES = [
  'APPROVED',
  'PENDING',
  'REJECTED',
  'PAUSED',
  'DISABLED',
  'FLAGGED',
  'IN_APPEAL',
  'PENDING_DELETION',
  'LIMIT_EXCEEDED',
  'ARCHIVED',
];

const rejection = object({ reason: text() }, { recommendation: text() });

const score = text();
const quality: Check = (value, path) =>
  isObject(value) ? object({ score }, { date: number(0) })(value, path) : score(value, path);

const KNOWN: Record<string, Check> = {
  status: oneOf(...STATUSES),
  category: text(),
  correct_category: text(),
  components: list(anyObject, 1),
  parameter_format: oneOf('POSITIONAL', 'NAMED'),
  rejected_reason: text(),
  quality_score: quality,
  other_info: object({ title: text() }, { description: text() }),
  rejection_info: rejection,
};

/** Any field of a template; those that are known must be right. */
const fields: Check = (value, path) => {
  anyObject(value, path);
  for (const [name, check] of Object.entries(KNOWN)) {
    const given = isObject(value) ? value[name] : undefined;
    if (given !== undefined) check(given, name);
  }
};
const named: Check = (value, path) => {
  fields(value, path);
  const { name, language } = value as Record<string, unknown>;
  text(512)(name, 'name');
  text()(language, 'language');
};
const many = object({ templates: list(named, 1) });
const verdict = object(
  { verdict: oneOf('APPROVED', 'REJECTED', 'PENDING') },
  { reason: text(), rejection_info: rejection, name: text(), delay_ms: number(0) },
);
const clock = object({ ahead_ms: number(0) });

type Action = (request: GraphRequest) => ReturnType<typeof json>;

/** The controls of templates that stand at a path of their own. */
export function templateActions(controls: Controls): Record<string, Action> {
  return {
    'POST /templates': (request) => {
      const { templates } = checked<{ templates: Parameters<Controls['addTemplates']>[0] }>(request, many);
      return json({ added: controls.addTemplates(templates).length }, 201);
    },
    'POST /reviews': (request) => {
      controls.agreeOnReview(checked(request, verdict));
      return json({ success: true }, 201);
    },
    'PUT /clock': (request) => {
      controls.putClockAhead(checked<{ ahead_ms: number }>(request, clock).ahead_ms);
      return json({ success: true });
    },
  };
}

/** `PUT` and `DELETE /templates/{name}/{language}` */
export function namedTemplateAction(controls: Controls, method: string, [name = '', language = '']: string[]) {
  const actions: Record<string, Handler> = {
    PUT: (request) => json(controls.setTemplate(name, language, checked(request, fields))),
    DELETE: () => {
      const isKnown = controls.deleteTemplate(name, language);
      return isKnown ? json({ success: true }) : json({ error: `No template ${name} in ${language}` }, 404);
    },
  };
  return actions[method];
}
