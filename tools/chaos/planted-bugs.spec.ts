import { describe, expect, it } from '@jest/globals';

import { plant, plantedSource, urlOf } from './patch.ts';
import { PLANTED_BUGS } from './planted-bugs.ts';
import { scenarioNamed } from './scenarios/index.ts';

describe('planted bugs', () => {
  it.each(PLANTED_BUGS.map((bug) => [bug.name, bug] as const))('%s fits the sources, once', async (_name, bug) => {
    for (const patch of bug.patches) {
      const planted = await plantedSource([patch], urlOf(patch));

      expect(planted).toContain(patch.replace);
    }
  });

  it('have scenarios that look for them, and names of their own', () => {
    for (const scenario of PLANTED_BUGS.flatMap(({ caughtBy }) => caughtBy)) {
      expect(scenarioNamed(scenario)).toMatchObject({ name: scenario });
    }
    expect(new Set(PLANTED_BUGS.map(({ name }) => name)).size).toBe(PLANTED_BUGS.length);
  });

  it.each([
    ['is gone', 'const sent = true;'],
    ['is there twice', 'await send(); await send();'],
  ])('are stale when their place %s', (_case, source) => {
    const patch = { file: 'some.ts', find: 'await send();', replace: 'send();' };

    expect(() => plant(patch, source)).toThrow('stale');
  });
});
