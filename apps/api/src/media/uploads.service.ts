import { Injectable } from '@nestjs/common';
import type { Request } from 'express';

import { jsonSafe, ValidationError } from '#common';
import { MediaService, type Upload } from '#media';
import { type Caller, tenantOf } from '#tenants';

import { type Answer, IdempotencyService } from '../idempotency/idempotency.service.ts';
import { isForm } from './form-upload.interceptor.ts';
import { toUploadedResponse } from './media.response.ts';
import { receiveBody } from './receive-body.ts';
import type { ReceivedFile } from './spool.engine.ts';

const LONGEST_NAME = 240;

/** What stands beside the file: in the form, or in the query when the body is the file. */
interface Fields {
  tenant_id?: string;
  file_name?: string;
}

/** `POST /api/v1/whatsapp/media`, for a form as for a bare body. */
@Injectable()
export class UploadsService {
  constructor(
    private readonly media: MediaService,
    private readonly idempotency: IdempotencyService,
  ) {}

  async upload(caller: Caller, request: Request, idempotencyKey: string | undefined) {
    if (!isForm(request.headers['content-type'])) {
      const fields = readFields(request.query);
      // Before a byte is read: nobody sends 100 MB to hear that a tenant is missing.
      tenantOf(caller, fields.tenant_id);
      const received = await receiveBody(this.media, request);
      return this.take(caller, { ...received, fileName: fields.file_name }, fields, idempotencyKey);
    }
    const { file: received, query, body } = request as Request<object, unknown, object> & { file?: ReceivedFile };
    if (!received) throw new ValidationError([{ field: 'file', message: 'is required: a form field with the file' }]);
    try {
      const fields = readFields({ ...query, ...body });
      const fileName = fields.file_name ?? received.originalname;
      return await this.take(caller, { ...received, fileName }, fields, idempotencyKey);
    } finally {
      await this.media.discard(received.file);
    }
  }

  private async take(
    caller: Caller,
    { file, type, fileName }: Pick<Upload, 'file' | 'type'> & { fileName: string | undefined },
    fields: Fields,
    key: string | undefined,
  ) {
    const name = fileName ? jsonSafe(fileName.slice(0, LONGEST_NAME)) : null;
    try {
      return await this.once(tenantOf(caller, fields.tenant_id), { file, type, fileName: name }, key);
    } finally {
      await this.media.discard(file);
    }
  }

  private once(tenantId: string, upload: Upload, key: string | undefined) {
    const { file, type, fileName } = upload;
    const body = { sha256: file.sha256, mime_type: type.mimeType, file_name: fileName };
    const keyed = { tenantId, key, route: 'POST /api/v1/whatsapp/media', body };
    return this.idempotency.once(keyed, async (): Promise<Answer> => {
      const { media, known } = await this.media.upload(tenantId, upload);
      return { status: 201, body: toUploadedResponse(media, known) };
    });
  }
}

function readFields(given: object): Fields {
  const errors = Object.entries(given).flatMap(([field, value]) => {
    if (field !== 'tenant_id' && field !== 'file_name') return [{ field, message: 'is not a known field; remove it' }];
    return typeof value === 'string' ? [] : [{ field, message: 'must be given once' }];
  });
  if (errors.length > 0) throw new ValidationError(errors);
  return given;
}
