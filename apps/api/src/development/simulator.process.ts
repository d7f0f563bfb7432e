import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { AppConfig } from '#common';

/** Built when this file is built, a source file when it is run from source. */
const SIMULATOR = fileURLToPath(new URL(`../../../simulator/src/main${extname(import.meta.url)}`, import.meta.url));

/**
 * Starts the built-in Cloud API simulator as a process of its own, with its webhooks pointed at us. Detached, so that
 * Ctrl-C reaches us alone and what is on the wire can finish; it ends by itself when this process does.
 */
export async function startSimulatorProcess({ http, whatsapp }: AppConfig): Promise<() => Promise<void>> {
  const child = fork(SIMULATOR, {
    detached: true,
    env: {
      ...process.env,
      SIMULATOR_PORT: String(whatsapp.simulatorPort),
      SIMULATOR_WEBHOOK_URL: `http://127.0.0.1:${http.port}/api/v1/whatsapp/webhook`,
    },
  });
  await listening(child);
  return async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await exited;
  };
}

async function listening(child: ChildProcess): Promise<void> {
  const stop = new AbortController();
  const { signal } = stop;
  try {
    await Promise.race([
      once(child, 'message', { signal }),
      once(child, 'exit', { signal }).then(() => {
        throw new Error(
          'The Cloud API simulator did not start; its output says why. Another one may be running: choose SIMULATOR_PORT.',
        );
      }),
    ]);
  } finally {
    stop.abort();
  }
}
