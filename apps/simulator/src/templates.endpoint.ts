import { pickFields } from './fields.ts';
import type { GraphCall, Route } from './graph-api.ts';
import { GraphError } from './graph-error.ts';
import { json, type Reply } from './http.ts';
import type { Template } from './template.ts';
import { checkNewTemplate } from './template-creation.ts';
import { templateStatusChange } from './webhook-body.ts';
import type { World } from './world.ts';

const FIELDS = ['name', 'parameter_format', 'components', 'language', 'status', 'category', 'id'];
const FILTERS = ['name', 'status', 'language', 'category'] as const;
const PAGE_SIZE = 25;

/** Templates of the account: list, look-up, creation, removal. */
export function templateRoutes(world: World): Route[] {
  const ofAccount =
    (handle: (call: GraphCall) => Reply): Route['handle'] =>
    (call) =>
      call.id === world.account.id ? handle(call) : undefined;
  return [
    { method: 'GET', pattern: '/:waba_id/message_templates', handle: ofAccount((call) => listPage(world, call)) },
    { method: 'POST', pattern: '/:waba_id/message_templates', handle: ofAccount((call) => create(world, call)) },
    { method: 'DELETE', pattern: '/:waba_id/message_templates', handle: ofAccount((call) => remove(world, call)) },
    {
      method: 'GET',
      pattern: '/:template_id',
      handle: ({ request, id }) => {
        const template = world.templates.findById(id);
        return template && json(pickTemplate(template, request.query.get('fields')));
      },
    },
  ];
}

function listPage(world: World, { request, apiVersion }: GraphCall): Reply {
  const { query } = request;
  const wanted = world.templates.all().filter((template) =>
    FILTERS.every((filter) => {
      const value = query.get(filter);
      return value === null || template[filter].toLowerCase() === value.toLowerCase();
    }),
  );
  const size = Math.max(1, Number(query.get('limit') ?? PAGE_SIZE) || PAGE_SIZE);
  const [after, before] = [query.get('after'), query.get('before')];
  const end = before === null ? wanted.length : placeOf(before, wanted, apiVersion);
  const start =
    after === null ? (before === null ? 0 : Math.max(0, end - size)) : placeOf(after, wanted, apiVersion) + 1;
  const page = wanted.slice(start, Math.min(start + size, end));
  const [first, last] = [page[0], page.at(-1)];
  if (!first || !last) return json({ data: [] });

  const urlOf = (cursor: 'after' | 'before', template: Template): string => {
    const next = new URLSearchParams(query);
    next.delete(cursor === 'after' ? 'before' : 'after');
    next.set(cursor, cursorOf(template));
    return `${request.origin}${request.path}?${next.toString()}`;
  };
  const hasNext = wanted.at(-1) !== last;
  const hasPrevious = wanted[0] !== first;
  return json({
    data: page.map((template) => pickTemplate(template, query.get('fields'))),
    paging: {
      cursors: { before: cursorOf(first), after: cursorOf(last) },
      ...(hasNext && { next: urlOf('after', last) }),
      ...(hasPrevious && { previous: urlOf('before', first) }),
    },
  });
}

function create(world: World, { request }: GraphCall): Reply {
  const template = world.templates.add(checkNewTemplate(request.json(), world.templates));
  world.idleness.watch(review(world, template));
  return json({ id: template.id, status: template.status, category: template.category });
}

/** Every review ends well here; the control API can change the status afterwards. */
async function review({ pauses, options, webhooks }: World, template: Template): Promise<void> {
  if (!(await pauses.wait(options.templateReviewMs)) || template.status !== 'PENDING') return;
  template.status = 'APPROVED';
  await webhooks.deliver(templateStatusChange(template));
}

function remove(world: World, { request }: GraphCall): Reply {
  const [name, id] = [request.query.get('name'), request.query.get('hsm_id')];
  if (name === null) throw new GraphError(100, undefined, { message: '(#100) The parameter name is required.' });
  const doomed = world.templates
    .all()
    .filter((template) => template.name === name && (id === null || template.id === id));
  if (doomed.length === 0) throw new GraphError(100, `No template named ${name}`, { subcode: 2593002 });
  doomed.forEach((template) => world.templates.delete(template));
  return json({ success: true });
}

function pickTemplate(template: Template, fields: string | null): object {
  return pickFields(template, fields, FIELDS, 'WhatsAppBusinessHSM');
}

function cursorOf(template: Template): string {
  return Buffer.from(template.id).toString('base64url');
}

function placeOf(cursor: string, templates: Template[], apiVersion: number): number {
  const place = templates.findIndex((template) => cursorOf(template) === cursor);
  if (place < 0) throw new GraphError(apiVersion >= 24 ? 131059 : 100, 'The paging cursor is not valid any more');
  return place;
}
