import { describe, expect, it } from '@jest/globals';

import { CloudApiRefusal } from './cloud-api.error.ts';
import type { CloudApiTemplate } from './cloud-api.types.ts';
import { everyTemplate, type TemplatePage } from './template-pages.ts';

const aTemplate = (id: string): CloudApiTemplate => ({
  id,
  name: `template_${id}`,
  language: 'es',
  status: 'APPROVED',
});
const aPage = (ids: string[], after?: string): TemplatePage => ({ templates: ids.map(aTemplate), after });
const staleCursor = () => new CloudApiRefusal({ code: 131059 }, 400);

/** Plays the given pages and errors in order; an unprepared request fails. */
function listing(...answers: (TemplatePage | Error)[]) {
  const asked: (string | undefined)[] = [];
  const templates = everyTemplate((after) => {
    asked.push(after);
    const answer = answers.shift() ?? new Error(`nothing prepared after ${after}`);
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  });
  return { asked, templates };
}

async function idsOf(templates: AsyncIterable<CloudApiTemplate>): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of templates) ids.push(id);
  return ids;
}

describe(everyTemplate.name, () => {
  it('goes on with the cursor of each page until there is none', async () => {
    const { asked, templates } = listing(aPage(['1', '2'], 'A'), aPage([], 'B'), aPage(['3']));

    expect(await idsOf(templates)).toEqual(['1', '2', '3']);
    expect(asked).toEqual([undefined, 'A', 'B']);
  });

  it('fetches a page only when it is read', async () => {
    const { asked, templates } = listing(aPage(['1', '2'], 'A'));

    for await (const { id } of templates) if (id === '1') break;

    expect(asked).toEqual([undefined]);
  });

  it('starts again once when the cursor expired, and gives each template once', async () => {
    const { asked, templates } = listing(aPage(['1', '2'], 'A'), staleCursor(), aPage(['2', '1'], 'A'), aPage(['3']));

    expect(await idsOf(templates)).toEqual(['1', '2', '3']);
    expect(asked).toEqual([undefined, 'A', undefined, 'A']);
  });

  it('gives up when the cursor expires a second time', async () => {
    const { templates } = listing(aPage(['1'], 'A'), staleCursor(), aPage(['1'], 'A'), staleCursor());

    await expect(idsOf(templates)).rejects.toMatchObject({ code: 131059 });
  });

  it('passes any other refusal on', async () => {
    const { asked, templates } = listing(aPage(['1'], 'A'), new CloudApiRefusal({ code: 190 }, 401));

    await expect(idsOf(templates)).rejects.toMatchObject({ code: 190 });
    expect(asked).toHaveLength(2);
  });

  it('fails, rather than going round for ever, when a cursor comes back', async () => {
    const { templates } = listing(aPage(['1'], 'A'), aPage(['2'], 'B'), aPage(['3'], 'A'));

    await expect(idsOf(templates)).rejects.toMatchObject({
      outcome: 'unknown',
      reason: 'paging goes round in circles',
    });
  });
});
