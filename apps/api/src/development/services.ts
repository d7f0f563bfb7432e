import type { AppConfig } from '#common';
import type { FirstAdmin } from '#tenants';

import type { Resolved } from '../app.module.ts';
import { openDatabase } from './open-database.ts';
import { keptSecret } from './secrets.ts';
import { startSimulatorProcess } from './simulator.process.ts';

export interface DevelopmentServices extends Resolved {
  stop: () => Promise<void>;
}

/** PostgreSQL, simulator and keys where the environment names none. In production it names all of them, so nothing is started. */
export async function startDevelopmentServices(config: AppConfig): Promise<DevelopmentServices> {
  const database = await openDatabase(config);
  try {
    const stopSimulator = config.whatsapp.useSimulator ? await startSimulatorProcess(config) : undefined;
    return {
      databaseUrl: database.url,
      adminApiKey: adminApiKey(config),
      firstAdmin: firstAdmin(config),
      encryptionKey: encryptionKey(config),
      stop: async () => {
        await stopSimulator?.();
        await database.release();
      },
    };
  } catch (cause) {
    await database.release();
    throw cause;
  }
}

/** `ADMIN_API_KEY`, or the key that was made at the first start. */
export function adminApiKey({ adminApiKey: given, dataDir }: AppConfig): string {
  return given ?? keptSecret(dataDir, 'admin-api-key');
}

/** `ENCRYPTION_KEY`, or the key that was made at the first start. */
function encryptionKey({ encryptionKey: given, dataDir }: AppConfig): Buffer {
  return given ?? Buffer.from(keptSecret(dataDir, 'encryption-key'), 'base64url');
}

/** `ADMIN_EMAIL` and `ADMIN_PASSWORD`, or a password that was made at the first start. */
function firstAdmin({ admin: { email, password }, production, dataDir }: AppConfig): FirstAdmin | undefined {
  if (production) return email && password ? { email, password } : undefined;
  return { email: email ?? 'admin@localhost', password: password ?? keptSecret(dataDir, 'admin-password') };
}
