import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { FileInterceptor } from '@nestjs/platform-express';
import type { Request, Response } from 'express';
import { catchError, type Observable } from 'rxjs';

import { assertLength, LARGEST_FILE, MediaService } from '#media';

import { SpoolEngine } from './spool.engine.ts';

/** A form has one file and few, short fields. */
const LIMITS = { fileSize: LARGEST_FILE, files: 1, fields: 10, fieldSize: 1_024, fieldNameSize: 100, parts: 12 };

/** Reads `multipart/form-data`, on this route alone; a body of another type is left to the handler. The caller is known by now. */
@Injectable()
export class FormUploadInterceptor implements NestInterceptor {
  private readonly form: NestInterceptor;

  constructor(media: MediaService) {
    const Form = FileInterceptor('file', {
      storage: new SpoolEngine(media),
      limits: LIMITS,
      defParamCharset: 'utf8',
    });
    this.form = new Form();
  }

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    const refuse = (refusal: unknown): never => {
      // What was not read of the body must not be taken for the next request.
      if (!request.complete) http.getResponse<Response>().setHeader('Connection', 'close');
      throw refusal;
    };
    try {
      assertLength(Number(request.headers['content-length'] ?? 0));
      const form = isForm(request.headers['content-type']);
      return (form ? await this.form.intercept(context, next) : next.handle()).pipe(catchError(refuse));
    } catch (refusal) {
      return refuse(refusal);
    }
  }
}

export function isForm(contentType: string | undefined): boolean {
  return /^multipart\/form-data\b/i.test(contentType ?? '');
}
