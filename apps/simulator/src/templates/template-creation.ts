import type { JsonObject } from '../checks.ts';
import type { World } from '../world.ts';
import { readNewTemplate } from './creation/new-template.ts';
import { refused } from './creation/refusals.ts';
import { readLibraryCreation } from './library/library-creation.ts';
import type { NewTemplate, Template } from './template.ts';

/**
 * Makes a template of the body of a creation and hands it in for review; one of the library needs none.
 * @throws GraphError 100, with Meta's subcode where the fault has one; 80007 above the creations of an hour
 */
export function createTemplate(world: World, body: JsonObject): Template {
  const { templates, templateReview, templateChanges, creationRate, clock, limits } = world;
  creationRate.admit(limits.settings.templateCreationsPerHour, clock.now());
  const isOfLibrary = body.library_template_name !== undefined;
  const draft = isOfLibrary ? readLibraryCreation(body) : readNewTemplate(body, world.uploads);
  admit(world, draft);
  creationRate.count(clock.now());
  const template = templates.add({ ...draft, status: isOfLibrary ? 'APPROVED' : 'PENDING' });
  if (isOfLibrary) void templateChanges.tellStatus(template);
  else templateReview.submit(template);
  return template;
}

function admit({ templates, limits, clock }: World, { name, language }: NewTemplate): void {
  if (templates.isNameBlocked(name, language, clock.now())) {
    const message = `New ${language} content cannot be added while the existing one is being deleted. Try again in 4 weeks, or use another name.`;
    throw refused('Message template language is being deleted', message, 'beingDeleted');
  }
  if (templates.find(name, language)) {
    const message = `There is already ${language} content for the template ${name}.`;
    throw refused('Content in this language already exists', message, 'exists');
  }
  if (templates.count >= limits.settings.templates) {
    const message = `An account can have ${limits.settings.templates} templates.`;
    throw refused('Limit of message templates exceeded', message, 'limitOfTemplates');
  }
}
