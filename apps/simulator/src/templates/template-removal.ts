import { GraphError } from '../graph-error.ts';
import type { World } from '../world.ts';
import { refused } from './creation/refusals.ts';
import type { Template } from './template.ts';

const MOST_IDS = 100;

/**
 * The templates a DELETE names: by name in every language, by name and id, or by ids.
 * @throws GraphError 100, when one of them is not there or cannot be deleted
 */
export function templatesToDelete({ templates }: World, query: URLSearchParams): Template[] {
  const [name, id, ids] = [query.get('name'), query.get('hsm_id'), query.get('hsm_ids')];
  const doomed =
    ids === null
      ? byName(templates.all(), name, id)
      : readIds(ids).map((one) => {
          const template = templates.findById(one);
          if (!template || !isThere(template)) throw unknownTemplate(`id ${one}`);
          return template;
        });
  const disabled = doomed.find(({ status }) => status === 'DISABLED');
  if (disabled) throw refused('Template cannot be deleted', `Template ${disabled.name} is disabled and stays.`);
  return doomed;
}

/** One that was in use is PENDING_DELETION for a while, and nobody may take its name for thirty days. */
export function deleteTemplate(world: World, template: Template): void {
  const wasInUse = ['APPROVED', 'PAUSED'].includes(template.status);
  if (wasInUse) world.templates.blockName(template, world.clock.now());
  else world.templates.delete(template);
  world.idleness.watch(wasInUse ? letDisappear(world, template) : apply(world, template, 'DELETED'));
}

async function letDisappear(world: World, template: Template): Promise<void> {
  const told = apply(world, template, 'PENDING_DELETION');
  const isOver = await world.pauses.wait(world.options.templateReviewMs);
  if (!isOver || isThere(template)) return;
  world.templates.delete(template);
  await told; // the news keep their order
  await apply(world, template, 'DELETED');
}

function apply({ templateChanges }: World, template: Template, status: string): Promise<unknown> {
  return templateChanges.apply(template, { status });
}

function byName(all: Template[], name: string | null, id: string | null): Template[] {
  if (name === null) throw new GraphError(100, undefined, { message: '(#100) The parameter name is required.' });
  const named = all.filter(
    (template) => template.name === name && (id === null || template.id === id) && isThere(template),
  );
  if (named.length === 0) throw unknownTemplate(`the name ${name}${id === null ? '' : ` and the id ${id}`}`);
  return named;
}

function isThere({ status }: Template): boolean {
  return status !== 'PENDING_DELETION';
}

function readIds(given: string): string[] {
  const ids = parsed(given);
  if (!Array.isArray(ids) || ids.length === 0 || ids.length > MOST_IDS) {
    const message = `(#100) Param hsm_ids must be a list of 1 to ${MOST_IDS} ids.`;
    throw new GraphError(100, undefined, { message });
  }
  return ids.map(String);
}

function parsed(list: string): unknown {
  try {
    return JSON.parse(list);
  } catch {
    return undefined;
  }
}

function unknownTemplate(what: string): GraphError {
  return refused('Message template not found', `There is no message template with ${what}.`, 'unknownTemplate');
}
