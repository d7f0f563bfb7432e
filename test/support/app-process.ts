import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** The application as a process of its own, as `npm start` runs it, from source. */
export class AppProcess {
  private output = '';

  private constructor(private readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    }
  }

  /** `env` is all it gets, besides the path to find programs. */
  static start(env: Record<string, string>, { cwd = ROOT } = {}): AppProcess {
    const args = ['--import', join(ROOT, 'test/support/typescript.mjs'), join(ROOT, 'apps/api/src/main.ts')];
    const { PATH = '', HOME = '' } = process.env;
    return new AppProcess(spawn(process.execPath, args, { cwd, env: { PATH, HOME, ...env } }));
  }

  /** Everything it printed so far. */
  get printed(): string {
    return this.output;
  }

  async listening(url: string, withinMs = 60_000): Promise<void> {
    const deadline = Date.now() + withinMs;
    while (Date.now() < deadline && this.child.exitCode === null) {
      const answer = await fetch(`${url}/health/live`).catch(() => undefined);
      if (answer?.ok) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`The application does not listen on ${url}:\n${this.output}`);
  }

  /** Answers the exit code, null when a signal ended it. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    this.child.kill(signal);
    return this.exit();
  }

  async exit(): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'exit');
    return this.child.exitCode;
  }
}
