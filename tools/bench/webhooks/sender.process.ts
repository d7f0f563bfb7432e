import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import { afterwards } from '../../../test/support/afterwards.ts';
import { ROOT } from '../program.ts';
import type { Storm } from './plan.ts';
import type { SenderResult } from './sender.ts';

/** A storm ready to break out in a process of its own, which never outlives this one. */
export class SenderProcess {
  private constructor(
    private readonly child: ChildProcess,
    private readonly endAfterwards: () => Promise<void>,
  ) {}

  /** Resolves once every body is prepared. */
  static async prepare(url: string, storm: Storm): Promise<SenderProcess> {
    const execArgv = ['--import', './test/support/typescript.mjs', '--max-semi-space-size=64'];
    const child = fork(join(import.meta.dirname, 'sender.ts'), [url, JSON.stringify(storm)], { cwd: ROOT, execArgv });
    const endAfterwards = afterwards('kill -s TERM "$1"', String(child.pid));
    await messageOf(child);
    return new SenderProcess(child, endAfterwards);
  }

  async send(): Promise<SenderResult> {
    this.child.send('go');
    return (await messageOf(this.child)) as SenderResult;
  }

  /** It ends by itself once it has sent; before that, it is ended. */
  async stop(): Promise<void> {
    if (this.child.exitCode === null) this.child.kill();
    await this.endAfterwards();
  }
}

/** @throws Error when the process ends without a word */
async function messageOf(child: ChildProcess): Promise<unknown> {
  const message = once(child, 'message').then(([said]) => said as unknown);
  const exit = once(child, 'exit').then(([code]) => Promise.reject(new Error(`The sender ended with ${String(code)}`)));
  return Promise.race([message, exit]);
}
