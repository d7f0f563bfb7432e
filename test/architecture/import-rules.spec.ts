import { execFile } from 'node:child_process';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import { afterEach, describe, expect, it } from '@jest/globals';

const ROOT = join(import.meta.dirname, '../..');
const PLANTED: string[] = [];

/** Runs the import rules over the tree; answers the names of the rules that are broken. */
async function brokenRules(): Promise<string[]> {
  const cruise = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const folders = ['apps', 'libs', 'migrations'];
  const args = [cruise, ...folders, '--config', '.dependency-cruiser.cjs', '--output-type', 'json'];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    cwd: ROOT,
    maxBuffer: 64 * 1024 * 1024,
  }).catch((failed: { stdout: string }) => failed);
  const { summary } = JSON.parse(stdout) as { summary: { violations: { rule: { name: string } }[] } };
  return [...new Set(summary.violations.map(({ rule }) => rule.name))];
}

async function plant(file: string, source: string): Promise<void> {
  const path = join(ROOT, file);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, source);
  PLANTED.push(path);
}

describe('the import rules', () => {
  afterEach(async () => {
    await Promise.all(PLANTED.splice(0).map((path) => rm(path)));
  });

  it('hold in the tree as it is', async () => {
    expect(await brokenRules()).toEqual([]);
  });

  it.each([
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
      'libs/webhooks/src/planted.ts',
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
  ])('are broken when %s and a file does', async (_, file, source, rule) => {
    await plant(file, `${source}\n`);

    expect(await brokenRules()).toContain(rule);
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
