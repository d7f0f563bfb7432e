import { CloudApiRefusal, CloudApiUnknownOutcomeError } from './cloud-api.error.ts';
import type { CloudApiTemplate } from './cloud-api.types.ts';

export interface TemplatePage {
  templates: readonly CloudApiTemplate[];
  /** Cursor of the next page; undefined on the last one. */
  after: string | undefined;
}

const STALE_CURSOR = 131059;

/**
 * Every template of a paged listing, each once. When the cursor expires on the way it starts again, once. It ends only
 * after the last page or with an error, so a template it did not give does not exist.
 */
export async function* everyTemplate(
  fetchPage: (after: string | undefined) => Promise<TemplatePage>,
): AsyncGenerator<CloudApiTemplate, void, undefined> {
  const given = new Set<string>();
  const cursors = new Set<string>();
  let restarted = false;
  let after: string | undefined;
  for (;;) {
    let page: TemplatePage;
    try {
      page = await fetchPage(after);
    } catch (error) {
      if (restarted || !(error instanceof CloudApiRefusal) || error.code !== STALE_CURSOR) throw error;
      restarted = true;
      cursors.clear();
      after = undefined;
      continue;
    }
    for (const template of page.templates) {
      if (given.has(template.id)) continue;
      given.add(template.id);
      yield template;
    }
    if (!page.after) return;
    if (cursors.has(page.after)) throw new CloudApiUnknownOutcomeError('paging goes round in circles');
    cursors.add(page.after);
    after = page.after;
  }
}
