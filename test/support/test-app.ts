import 'reflect-metadata';

import { randomBytes, randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import supertest from 'supertest';
import { DataSource } from 'typeorm';

import { AppConfig, loadConfig } from '#common';
import { freePort } from '#embedded';
import { PoRmqServer } from '#po-events';

import { AppModule } from '../../apps/api/src/app.module.ts';
import { APP_OPTIONS, configureApp } from '../../apps/api/src/configure-app.ts';
import { type RunningSimulator, startSimulator } from '../../apps/simulator/src/simulator.ts';
import { createTestDatabase } from './database.ts';

export const ADMIN_KEY = 'test-admin-key-0123456789';
/** The tenant most tests act for. */
export const TENANT = '01930000-0000-7000-8000-000000000001';

export interface TestAppOptions {
  /** Variables of the environment; the rest is as a newcomer has it. */
  env?: Record<string, string>;
  /** Without it the app gets a simulator of its own that plays statuses back within milliseconds. */
  simulator?: RunningSimulator;
  /** Another replica of this app: one database, one simulator, one encryption key. Statuses go to the first. */
  beside?: TestApp;
  /** False: every request goes through Express and Nest. */
  hotRoutes?: boolean;
}

/** For tests that both doors must pass: the routes ahead of Express, and the controllers behind it. */
export const DOORS = [
  { door: 'ahead of Express', hotRoutes: true },
  { door: 'through Express and Nest', hotRoutes: false },
];

/** The real application behind a real port: PostgreSQL, simulator, pipes and filters as in production. */
export interface TestApp {
  nest: NestExpressApplication;
  config: AppConfig;
  database: DataSource;
  databaseUrl: string;
  encryptionKey: Buffer;
  simulator: RunningSimulator;
  url: string;
  /** Calls with the platform key; `.set('Authorization', …)` for another caller. */
  api: ReturnType<typeof supertest.agent>;
  /** Calls without a key. */
  anonymous: ReturnType<typeof supertest>;
  stop(): Promise<void>;
}

const nothing = () => Promise.resolve();
const FAST = { sent: 5, delivered: 10, read: 10 };

export async function startTestApp({
  env = {},
  simulator: given,
  beside,
  hotRoutes = true,
}: TestAppOptions = {}): Promise<TestApp> {
  const [port, created] = await Promise.all([
    freePort(),
    beside ? { url: beside.databaseUrl, drop: nothing } : createTestDatabase(),
  ]);
  const url = `http://127.0.0.1:${port}`;
  const shared = given ?? beside?.simulator;
  const simulator = shared ?? (await startSimulator({ port: 0, statusDelaysMs: FAST }));
  if (!beside) simulator.setWebhook({ url: `${url}/api/v1/whatsapp/webhook` });
  const encryptionKey = beside?.encryptionKey ?? randomBytes(32);

  const mediaDir = join(tmpdir(), `palomar-media-${randomUUID()}`);

  const config = loadConfig(
    {
      NODE_ENV: 'test',
      PORT: String(port),
      HOST: '127.0.0.1',
      DATABASE_URL: created.url,
      WHATSAPP_GRAPH_URL: simulator.url,
      WHATSAPP_API_VERSION: 'v26.0',
      ADMIN_API_KEY: ADMIN_KEY,
      MEDIA_DIR: mediaDir,
      DISPATCHER_SWEEP_MS: '200',
      // Out of the way of tests that are about something else.
      WHATSAPP_MESSAGES_PER_SECOND: '10000',
      LOG_LEVEL: 'fatal',
      ...env,
    },
    { cwd: import.meta.dirname, now: new Date() },
  );
  const nest = await NestFactory.create<NestExpressApplication>(
    AppModule.forRoot(config, { databaseUrl: created.url, adminApiKey: ADMIN_KEY, encryptionKey }),
    { ...APP_OPTIONS, logger: false },
  );
  configureApp(nest, { hotRoutes });
  if (config.rabbitmq.url) nest.connectMicroservice({ strategy: nest.get(PoRmqServer) });
  await nest.startAllMicroservices();
  await nest.listen(port, '127.0.0.1');

  return {
    nest,
    config,
    database: nest.get(DataSource),
    databaseUrl: created.url,
    encryptionKey,
    simulator,
    url,
    api: supertest.agent(url).set('Authorization', `Bearer ${ADMIN_KEY}`),
    anonymous: supertest(url),
    stop: async () => {
      await nest.close();
      if (!shared) await simulator.stop();
      await created.drop();
      await rm(mediaDir, { recursive: true, force: true });
    },
  };
}
