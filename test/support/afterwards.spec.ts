import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';

import { afterwards } from './afterwards.ts';
import { eventually } from './eventually.ts';

jest.setTimeout(30_000);

describe(afterwards.name, () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'palomar-afterwards-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  it('runs the script when asked, and not before', async () => {
    const end = afterwards('touch "$1/done"', folder);
    const before = await readdir(folder);

    await end();

    expect(before).toEqual([]);
    expect(await readdir(folder)).toEqual(['done']);
  });

  it.each([
    ['is killed', (pid: number) => process.kill(pid, 'SIGKILL')],
    ['gets Ctrl-C from its terminal', (pid: number) => process.kill(-pid, 'SIGINT')],
  ])('runs the script when its process %s', async (_, end) => {
    const program = `
      const { afterwards } = await import('./test/support/afterwards.ts');
      afterwards('touch "$1/done"', process.argv[1]);
      console.log('ready');
      setInterval(() => {}, 1000);`;
    const root = join(import.meta.dirname, '../..');
    const loader = join(import.meta.dirname, 'typescript.mjs');
    const child = spawn(process.execPath, ['--import', loader, '--input-type=module', '-e', program, folder], {
      cwd: root,
      detached: true, // a group of its own, as a terminal makes one
    });
    await once(child.stdout, 'data');

    end(child.pid!);

    await eventually(async () => expect(await readdir(folder)).toEqual(['done']));
  });

  it('waits for the end of a process group', async () => {
    const group = spawn('sleep', ['600'], { detached: true });
    const end = afterwards('kill -s KILL -- "-$1"; until_gone "-$1"', String(group.pid));

    await end();

    expect(() => process.kill(-group.pid!, 0)).toThrow('ESRCH');
  });
});
