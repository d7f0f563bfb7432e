import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { afterwards } from '../../test/support/afterwards.ts';

export const ROOT = join(import.meta.dirname, '../..');

const START_MS = 60_000;
const STOP_MS = 30_000;

export interface ProgramOptions {
  /** For messages about it. */
  name: string;
  /** Arguments of node. */
  args: string[];
  /** All it gets of the environment, besides the path to find programs. */
  env: Record<string, string>;
  /** Answers 200 once the program is ready. */
  readyUrl: string;
}

/** A node program of its own process, which never outlives this one. */
export class Program {
  #output = '';
  readonly #ended: Promise<unknown>;
  readonly #endAfterwards: () => Promise<void>;

  private constructor(
    private readonly name: string,
    private readonly child: ChildProcess,
  ) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.#output += text));
    }
    this.#ended = once(child, 'exit');
    this.#endAfterwards = afterwards('kill -s TERM "$1"; until_gone "$1"; kill -s KILL "$1"', String(child.pid));
  }

  static async start({ name, args, env, readyUrl }: ProgramOptions): Promise<Program> {
    const { PATH = '', HOME = '' } = process.env;
    const child = spawn(process.execPath, args, { cwd: ROOT, env: { PATH, HOME, ...env } });
    await once(child, 'spawn');
    const program = new Program(name, child);
    await program.#answering(readyUrl);
    return program;
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** Warnings and errors: what a measurement must not hide. */
  get output(): string {
    return this.#output.trim();
  }

  /** @throws Error when it does not end by itself and in order */
  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    await Promise.race([this.#ended, pause(STOP_MS, undefined, { ref: false })]);
    await this.#endAfterwards();
    await this.#ended;
    if (this.child.exitCode !== 0) {
      throw new Error(`${this.name} ended with ${this.child.exitCode ?? this.child.signalCode}:\n${this.output}`);
    }
  }

  async #answering(url: string): Promise<void> {
    const deadline = Date.now() + START_MS;
    while (Date.now() < deadline && this.child.exitCode === null) {
      // Refused until it listens.
      const answer = await fetch(url).catch(() => undefined);
      if (answer?.ok) return;
      await pause(50);
    }
    await this.#endAfterwards();
    throw new Error(`${this.name} does not answer on ${url}:\n${this.output}`);
  }
}
