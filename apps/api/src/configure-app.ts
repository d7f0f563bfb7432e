import { ValidationPipe } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import express, { type NextFunction, type Request, type Response } from 'express';

import { assertUtf8Json, newId, ProblemFilter, runWithRequestId, validationExceptionFactory } from '#common';

/** Meta's batches reach 3 MB. */
const WEBHOOK_LIMIT = '4mb';
const JSON_LIMIT = '1mb';
/** class-transformer recurses: deeper nesting than any message needs would overflow the stack there. */
const JSON_DEPTH = 32;

/** What `NestFactory.create` must be told for `configureApp` to work. */
export const APP_OPTIONS = { bodyParser: false, bufferLogs: true } as const;

/** Everything between the socket and the controllers; called by `start.ts` and by every e2e test. */
export function configureApp(app: NestExpressApplication): void {
  app.disable('x-powered-by');
  app.use(requestId);
  // Signatures cover the raw bytes, so this route alone keeps them; compressed ones would be other bytes.
  app.use('/api/v1/whatsapp/webhook', express.raw({ type: () => true, limit: WEBHOOK_LIMIT, inflate: false }));
  app.use(
    express.json({
      type: () => true,
      limit: JSON_LIMIT,
      verify: (_request, _response, body) => assertUtf8Json(body, JSON_DEPTH),
    }),
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
  app.useGlobalFilters(new ProblemFilter());
  serveDocs(app);
}

function requestId(request: Request, response: Response, next: NextFunction): void {
  const given = request.get('x-request-id') ?? '';
  const id = /^[\w.:-]{1,128}$/.test(given) ? given : newId();
  response.setHeader('X-Request-Id', id);
  runWithRequestId(id, next);
}

function serveDocs(app: NestExpressApplication): void {
  const description = new DocumentBuilder()
    .setTitle('Palomar')
    .setDescription('Self-hosted WhatsApp Business messaging. Errors are application/problem+json (RFC 9457).')
    .setVersion('1')
    .setOpenAPIVersion('3.1.0')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'An API key.' })
    .build();
  SwaggerModule.setup('docs', app, () => SwaggerModule.createDocument(app, description), {
    jsonDocumentUrl: 'docs/openapi.json',
  });
}
