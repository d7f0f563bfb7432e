import 'reflect-metadata';

import { NestFactory } from '@nestjs/core';
import type { OpenAPIObject } from '@nestjs/swagger';

import { loadConfig } from '#common';

import { AppModule } from '../../apps/api/src/app.module.ts';
import { createOpenApiDocument } from '../../apps/api/src/operations/openapi/document.ts';

/** The document of an app that is only laid out: nothing in it is made or started. */
export async function buildDocument(): Promise<OpenAPIObject> {
  const databaseUrl = 'postgres://nowhere/none';
  const adminApiKey = 'none-is-needed-to-look';
  const environment = { NODE_ENV: 'test', DATABASE_URL: databaseUrl, ADMIN_API_KEY: adminApiKey };
  const config = loadConfig(environment, { cwd: import.meta.dirname, now: new Date() });
  const module = AppModule.forRoot(config, { databaseUrl, adminApiKey, encryptionKey: Buffer.alloc(32) });
  const app = await NestFactory.create(module, { preview: true, logger: ['error'], abortOnError: false });
  return createOpenApiDocument(app);
}
