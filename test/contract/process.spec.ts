import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import { afterEach, describe, expect, it } from '@jest/globals';

const ROOT = join(import.meta.dirname, '../..');

interface StartedChild {
  child: ChildProcess;
  message: { type: string; port: number };
}

describe('the simulator as a process', () => {
  const children: ChildProcess[] = [];

  afterEach(() => children.splice(0).forEach((child) => child.kill('SIGKILL')));

  it('says on which port it listens, and stops when its parent lets go of it', async () => {
    const { child, message } = await start();
    const answer = await fetch(`http://127.0.0.1:${message.port}/`);

    child.disconnect();

    expect(await exitOf(child)).toEqual([0, null]);
    expect(await answer.json()).toMatchObject({ name: 'WhatsApp Cloud API simulator' });
    expect(message).toEqual({ type: 'listening', port: expect.any(Number) });
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('stops at %s', async (signal) => {
    const { child } = await start();

    child.kill(signal);

    expect(await exitOf(child)).toEqual([0, null]);
  });

  it('takes its options from the environment', async () => {
    const { message } = await start({ SIMULATOR_ACCESS_TOKEN: 'ours', SIMULATOR_PHONE_NUMBER_ID: '77' });

    const answer = await fetch(`http://127.0.0.1:${message.port}/v23.0/77`, {
      headers: { authorization: 'Bearer ours' },
    });

    expect(await answer.json()).toMatchObject({ id: '77' });
  });

  async function start(env: NodeJS.ProcessEnv = {}): Promise<StartedChild> {
    const child = fork(join(ROOT, 'apps/simulator/src/main.ts'), {
      execArgv: ['--import', './test/support/typescript.mjs'],
      cwd: ROOT,
      env: { ...process.env, SIMULATOR_PORT: '0', ...env },
      silent: true,
    });
    children.push(child);
    const [message] = (await once(child, 'message')) as [StartedChild['message']];
    return { child, message };
  }
});

async function exitOf(child: ChildProcess): Promise<unknown[]> {
  return child.exitCode === null ? once(child, 'exit') : [child.exitCode, null];
}
