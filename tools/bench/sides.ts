import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

import { DEFAULT_OPTIONS as SIMULATOR } from '../../apps/simulator/src/defaults.ts';
import type { ProgramOptions } from './program.ts';

export type SideName = 'reference' | 'palomar';

/** Messages one process has on the wire at most, on both sides. */
const IN_FLIGHT = 250;

export interface Surroundings {
  databaseUrl: string;
  graphUrl: string;
  port: number;
  /** Messages per second that Palomar may send at most. */
  pace: number;
  /** Where the process writes its CPU profile when it ends. */
  profileTo?: string | undefined;
}

/** How one side's program is started; both speak the same HTTP and keep the same columns of `whatsapp_messages`. */
export function programOf(side: SideName, around: Surroundings, apiKey: string): ProgramOptions {
  return {
    name: side,
    args: [...profileArgs(around), ...(side === 'palomar' ? PALOMAR : REFERENCE)],
    env: { ...commonEnv(around, apiKey), ...(side === 'palomar' && palomarEnv(around)) },
    readyUrl: `http://127.0.0.1:${around.port}/health/live`,
  };
}

/** A young generation that fits the load; both have it. */
const MEMORY = '--max-semi-space-size=64';
/** As the production image starts it. */
const PALOMAR = ['--enable-source-maps', MEMORY, 'dist/apps/api/src/main.js'];
const REFERENCE = [MEMORY, '--import', './test/support/typescript.mjs', join(import.meta.dirname, 'reference/main.ts')];

function profileArgs({ profileTo }: Surroundings): string[] {
  return profileTo === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileTo}`];
}

function commonEnv({ databaseUrl, graphUrl, port }: Surroundings, apiKey: string): Record<string, string> {
  return {
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    PORT: String(port),
    DATABASE_URL: databaseUrl,
    WHATSAPP_GRAPH_URL: graphUrl,
    WHATSAPP_ACCESS_TOKEN: SIMULATOR.accessToken,
    WHATSAPP_APP_SECRET: SIMULATOR.appSecret,
    WHATSAPP_PHONE_NUMBER_ID: SIMULATOR.phoneNumberId,
    ADMIN_API_KEY: apiKey,
    DISPATCHER_CONCURRENCY: String(IN_FLIGHT),
  };
}

function palomarEnv({ pace }: Surroundings): Record<string, string> {
  return {
    WHATSAPP_BUSINESS_ACCOUNT_ID: SIMULATOR.businessAccountId,
    WHATSAPP_WEBHOOK_VERIFY_TOKEN: SIMULATOR.verifyToken,
    WHATSAPP_API_VERSION: 'v26.0',
    WHATSAPP_MESSAGES_PER_SECOND: String(pace),
    ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    LOG_LEVEL: 'warn',
  };
}
