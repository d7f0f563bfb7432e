import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const ROOT = join(import.meta.dirname, '../..');

interface Ended {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'palomar-start-'));
});
afterAll(() => rm(cwd, { recursive: true }));

/** Starts the application as `npm start` does, from source, in a folder without `.env`; answers how it ended. */
function start(env: Record<string, string>): Promise<Ended> {
  const args = ['--import', join(ROOT, 'test/support/typescript.mjs'), join(ROOT, 'apps/api/src/main.ts')];
  return new Promise((resolve) => {
    const child = execFile(process.execPath, args, { cwd, env, timeout: 25_000 }, (_failed, stdout, stderr) =>
      resolve({ exitCode: child.exitCode, stdout, stderr }),
    );
  });
}

describe('a start with a wrong environment', () => {
  it('is refused with one message that names every fault, and exit code 1', async () => {
    const { exitCode, stdout, stderr } = await start({
      PORT: 'http',
      DATABASE_URL: 'mysql://palomar:hunter2@db/palomar',
      WHATSAPP_API_VERSION: '18',
    });

    expect(exitCode).toBe(1);
    expect(stdout).toBe('');
    expect(stderr.trimEnd().split('\n')).toEqual([
      'Palomar cannot start: 3 faults in the environment.',
      expect.stringMatching(/^ {2}- PORT: must be .* such as 3000$/),
      expect.stringMatching(/^ {2}- DATABASE_URL: must be .*postgresql:\/\//),
      expect.stringMatching(/^ {2}- WHATSAPP_API_VERSION: must be .*v\d+\.0$/),
    ]);
    expect(stderr).not.toContain('hunter2');
  });

  it('is refused in production for what is missing, all of it at once', async () => {
    const { exitCode, stderr } = await start({ NODE_ENV: 'production' });

    expect(exitCode).toBe(1);
    for (const name of ['DATABASE_URL', 'ADMIN_API_KEY', 'ENCRYPTION_KEY', 'WHATSAPP_ACCESS_TOKEN']) {
      expect(stderr).toMatch(new RegExp(`^ {2}- ${name}: is required in production; write `, 'm'));
    }
  });
});
