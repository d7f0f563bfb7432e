import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { ADMIN_KEY, startTestApp, type TestApp } from '../support/test-app.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/support-desk.md'), 'utf8');
const TRANSCRIPTS = [...PAGE.matchAll(/```console\n\$ (curl .*)\n(.*)\n```/g)].map(([, command, answer]) => ({
  command: command!,
  answer: answer!,
}));

const run = promisify(execFile);

describe('the transcripts of docs/support-desk.md', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startTestApp({ env: { SUPPORT_DESK_SENDERS: 'support=106540352242922' } });
  });

  afterAll(() => app.stop());

  it('are some', () => {
    expect(TRANSCRIPTS).toHaveLength(5);
  });

  it.each(TRANSCRIPTS)('are what curl gets: $command', async ({ command, answer }) => {
    const shell = command.replace('https://YOUR-HOST', app.url);

    const { stdout } = await run('sh', ['-c', shell], { env: { PATH: process.env.PATH, KEY: ADMIN_KEY } });

    expect(withoutChance(stdout)).toBe(withoutChance(answer));
  });
});

/** Ids and times are new each time. */
function withoutChance(text: string): string {
  return text
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/, '<id>')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/, '<time>');
}
