import { execFile } from 'node:child_process';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { beforeAll, describe, expect, it } from '@jest/globals';

const ROOT = join(import.meta.dirname, '../..');

/** What breaks which rule, and how. */
const OFFENCES: [broken: string, file: string, source: string, rule: string][] = [
  [
    'messages may not know who sends',
    'libs/messages/src/planted.ts',
    `import '#whatsapp';`,
    'messages-imports-only-common',
  ],
  ['common knows no other lib', 'libs/common/src/planted.ts', `import '#messages';`, 'common-imports-only-no-lib'],
  [
    'webhooks know no purchase orders',
    'libs/webhooks/src/planted.ts',
    `import '#po-events';`,
    'webhooks-imports-only-common-tenants-messages-whatsapp-media',
  ],
  [
    'a lib is entered by its front door',
    'libs/webhooks/src/planted-too.ts',
    `import '../../messages/src/messages.module.ts';`,
    'libs-through-the-front-door',
  ],
  [
    'the SDK sees nothing but common',
    'libs/whatsapp/src/cloud-api/planted.ts',
    `import '#messages';`,
    'cloud-api-and-payloads-see-only-common',
  ],
  [
    'a migration imports nothing of ours',
    'migrations/1-planted.ts',
    `import '#common';`,
    'migrations-import-typeorm-only',
  ],
  [
    'an app does not import another',
    'apps/simulator/src/planted.ts',
    `import '../../api/src/entities.ts';`,
    'apps-do-not-import-each-other',
  ],
];

interface Violation {
  file: string;
  rule: string;
}

/** Runs the import rules over the tree. */
async function violations(): Promise<Violation[]> {
  const cruise = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const folders = ['apps', 'libs', 'migrations'];
  const args = [cruise, ...folders, '--config', '.dependency-cruiser.cjs', '--output-type', 'json'];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    cwd: ROOT,
    maxBuffer: 64 * 1024 * 1024,
  }).catch((failed: { stdout: string }) => failed);
  const { summary } = JSON.parse(stdout) as { summary: { violations: { from: string; rule: { name: string } }[] } };
  return summary.violations.map(({ from, rule }) => ({ file: from, rule: rule.name }));
}

describe('the import rules', () => {
  it('hold in the tree as it is', async () => {
    expect(await violations()).toEqual([]);
  });

  describe('are broken when', () => {
    let found: Violation[];

    // All at once: reading the whole tree takes seconds each time.
    beforeAll(async () => {
      try {
        for (const [, file, source] of OFFENCES) await writeFile(join(ROOT, file), `${source}\n`);
        found = await violations();
      } finally {
        await Promise.all(OFFENCES.map(([, file]) => rm(join(ROOT, file), { force: true })));
      }
    });

    it.each(OFFENCES)('%s and a file does', (_, file, __, rule) => {
      expect(found).toContainEqual({ file, rule });
    });
  });

  it('name every lib there is', async () => {
    const libs = await readdir(join(ROOT, 'libs'));
    const { default: config } = (await import(join(ROOT, '.dependency-cruiser.cjs'))) as {
      default: { forbidden: { from: { path?: string } }[] };
    };

    const ruled = libs.filter((lib) => config.forbidden.some(({ from }) => from.path === `^libs/${lib}/`));

    expect(ruled).toEqual(libs);
  });
});
