import { ValidationPipe } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { SwaggerModule } from '@nestjs/swagger';
import express, { type NextFunction, type Request, type Response } from 'express';

import { AppConfig, assertUtf8Json, runInRequest, validationExceptionFactory } from '#common';
import { Admission } from '#tenants';
import { MetaSignature, WebhookIntake } from '#webhooks';

import { allowedMethods } from './allowed-methods.ts';
import { RefusalJournal } from './audit/refusal.journal.ts';
import { RefusalsFilter } from './audit/refusals.filter.ts';
import { BULK_LIMIT, JSON_DEPTH, JSON_LIMIT, WEBHOOK_LIMIT } from './body-limits.ts';
import { type HotRoute, openHotRoutes } from './hot-routes/hot-route.ts';
import { sendMessageRoute } from './hot-routes/send-message.route.ts';
import { webhookRoute } from './hot-routes/webhook.route.ts';
import { assertJsonType } from './json-type.ts';
import { MessagesService } from './messages/messages.service.ts';
import { createOpenApiDocument } from './operations/openapi/document.ts';
import { requestIdOf } from './request-id.ts';
import { securityHeaders } from './security-headers.ts';
import { answerUnreadable } from './unreadable-requests.ts';

const FILE_ROUTES = /^\/api\/v1\/whatsapp\/(media|templates\/header-examples)\/?$/i;

/** What `NestFactory.create` must be told for `configureApp` to work. */
export const APP_OPTIONS = { bodyParser: false, bufferLogs: true } as const;

/** Everything between the socket and the controllers; called by `start.ts` and by every e2e test. */
export function configureApp(app: NestExpressApplication, { hotRoutes = true } = {}): void {
  app.disable('x-powered-by');
  // They would be of no use: nothing may be kept.
  app.disable('etag');
  app.set('trust proxy', app.get(AppConfig).http.trustedProxies);
  app.use(requestId);
  app.use(securityHeaders());
  // Signatures cover the raw bytes, so this route alone keeps them; compressed ones would be other bytes.
  app.use('/api/v1/whatsapp/webhook', express.raw({ type: () => true, limit: WEBHOOK_LIMIT, inflate: false }));
  // Whatever is wrong with these bodies is answered in the words of the support desk.
  app.use(['/api/send-message', '/api/webhook'], express.raw({ type: () => true, limit: JSON_LIMIT }));
  app.use('/api/v1/whatsapp/messages/bulk', jsonUpTo(BULK_LIMIT));
  const json = jsonUpTo(JSON_LIMIT);
  // Files are read by their route, which knows how large they may be, and not before the caller is known.
  app.use((request: Request, response: Response, next: NextFunction) =>
    FILE_ROUTES.test(request.path) ? next() : json(request, response, next),
  );
  app.useGlobalPipes(
    new ValidationPipe({
      transform: true,
      whitelist: true,
      forbidNonWhitelisted: true,
      validationError: { target: true },
      exceptionFactory: validationExceptionFactory,
    }),
  );
  app.useGlobalFilters(new RefusalsFilter(app.get(RefusalJournal), allowedMethods(app)));
  serveDocs(app);
  answerUnreadable(app.getHttpServer());
  if (hotRoutes) openHotRoutes(app.getHttpServer(), hotRoutesOf(app));
}

function jsonUpTo(limit: number) {
  return express.json({
    type: assertJsonType,
    limit,
    verify: (_request, _response, body) => assertUtf8Json(body, JSON_DEPTH),
  });
}

function hotRoutesOf(app: NestExpressApplication): HotRoute[] {
  const { roles } = app.get(AppConfig);
  return [
    ...(roles.has('api') ? [sendMessageRoute(app.get(Admission), app.get(MessagesService))] : []),
    ...(roles.has('webhooks') ? [webhookRoute(app.get(MetaSignature), app.get(WebhookIntake))] : []),
  ];
}

function requestId(request: Request, response: Response, next: NextFunction): void {
  const id = requestIdOf(request);
  response.setHeader('X-Request-Id', id);
  runInRequest({ id, request }, next);
}

function serveDocs(app: NestExpressApplication): void {
  SwaggerModule.setup('docs', app, () => createOpenApiDocument(app), {
    jsonDocumentUrl: 'docs/openapi.json',
  });
}
