import type { JsonObject } from '../checks.ts';
import type { GraphCall, Route } from '../graph-api.ts';
import { json, type Reply } from '../http.ts';
import type { World } from '../world.ts';
import { refused } from './creation/refusals.ts';
import { searchLibrary } from './library/library-templates.ts';
import type { Template } from './template.ts';
import { createTemplate } from './template-creation.ts';
import { pickTemplate } from './template-fields.ts';
import { templatePage } from './template-page.ts';
import { deleteTemplate, templatesToDelete } from './template-removal.ts';

/** Templates of the account: list, look-up, creation, edit, removal; and Meta's library. */
export function templateRoutes(world: World): Route[] {
  const { templates } = world;
  const ofAccount =
    (handle: (call: GraphCall) => Reply): Route['handle'] =>
    (call) =>
      call.id === world.account.id ? handle(call) : undefined;
  const ofTemplate =
    (handle: (template: Template, call: GraphCall) => Reply): Route['handle'] =>
    (call) => {
      const template = templates.findById(call.id);
      return template && handle(template, call);
    };
  const list = ofAccount(({ request, apiVersion }) => json(templatePage(templates.all(), request, apiVersion)));
  return [
    { method: 'GET', pattern: '/:waba_id/message_templates', handle: list },
    { method: 'POST', pattern: '/:waba_id/message_templates', handle: ofAccount((call) => create(world, call)) },
    { method: 'DELETE', pattern: '/:waba_id/message_templates', handle: ofAccount((call) => remove(world, call)) },
    {
      method: 'GET',
      pattern: '/message_template_library',
      handle: ({ request }) => json({ data: searchLibrary(request.query) }),
    },
    {
      method: 'GET',
      pattern: '/:template_id',
      handle: ofTemplate((template, { request }) => json(pickTemplate(template, request.query.get('fields')))),
    },
    {
      method: 'POST',
      pattern: '/:template_id',
      handle: ofTemplate((template, { request }) => edit(world, template, request.json())),
    },
    {
      method: 'POST',
      pattern: '/:template_id/unpause',
      handle: ofTemplate((template) => unpause(world, template)),
    },
  ];
}

function create(world: World, { request }: GraphCall): Reply {
  const { id, status, category } = createTemplate(world, request.json());
  return json({ id, status, category });
}

function edit({ templateEdits, templateChanges, templateReview }: World, template: Template, body: JsonObject): Reply {
  void templateChanges.apply(template, templateEdits.read(template, body));
  template.status = 'PENDING'; // nobody is told of it: who edited the template knows
  templateReview.submit(template);
  return json({ success: true });
}

function remove(world: World, { request }: GraphCall): Reply {
  for (const template of templatesToDelete(world, request.query)) deleteTemplate(world, template);
  return json({ success: true });
}

function unpause({ templateChanges }: World, template: Template): Reply {
  if (template.status !== 'PAUSED') throw refused('Template is not paused', `Its status is ${template.status}.`);
  void templateChanges.apply(template, { status: 'APPROVED' });
  return json({ success: true });
}
