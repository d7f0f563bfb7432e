import 'reflect-metadata';

import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';

import { type AppConfig, PinoLoggerService } from '#common';
import { migrate } from '#migrations';
import { PoRmqServer } from '#po-events';
import { FirstAdminService } from '#tenants';

import { AppModule, type Resolved } from './app.module.ts';
import { APP_OPTIONS, configureApp } from './configure-app.ts';
import { announce } from './development/announce.ts';
import { startDevelopmentServices } from './development/services.ts';

/** Starts what is missing (never in production), migrates, serves, and stops cleanly on SIGTERM and SIGINT. */
export async function start(config: AppConfig): Promise<void> {
  const logger = new PinoLoggerService(config);
  for (const warning of config.warnings) logger.warn(warning);

  const services = await startDevelopmentServices(config);
  try {
    const app = await serve(config, services, logger);
    stopOnSignal(app, services.stop);
  } catch (cause) {
    await services.stop();
    throw cause;
  }
  if (!config.production) announce(config, services);
}

async function serve(
  config: AppConfig,
  resolved: Resolved,
  logger: PinoLoggerService,
): Promise<NestExpressApplication> {
  const ran = await migrate(resolved.databaseUrl);
  if (ran.length > 0) logger.log({ message: 'Migrated the database', migrations: ran });

  const app = await NestFactory.create<NestExpressApplication>(AppModule.forRoot(config, resolved), APP_OPTIONS);
  app.useLogger(logger);
  configureApp(app);
  try {
    if (resolved.firstAdmin) await app.get(FirstAdminService).ensure(resolved.firstAdmin);
    // The broker may be down for hours: HTTP serves meanwhile.
    if (config.rabbitmq.url && config.roles.has('po-events'))
      app.connectMicroservice({ strategy: app.get(PoRmqServer) });
    await app.startAllMicroservices();
    await app.listen(config.http.port, config.http.host);
  } catch (cause) {
    // What works in the background must end before the database does.
    await app.close();
    throw cause;
  }
  return app;
}

/** A second signal does not wait for the first. */
function stopOnSignal(app: NestExpressApplication, stopServices: () => Promise<void>): void {
  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) process.exit(1);
    stopping = true;
    await app.close();
    await stopServices();
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop());
}
