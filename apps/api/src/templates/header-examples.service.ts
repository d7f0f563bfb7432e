import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';

import { Injectable } from '@nestjs/common';
import type { Request } from 'express';

import { AppError, type FieldError, NotFoundError, ValidationError } from '#common';
import { MediaService } from '#media';
import type { Sender } from '#tenants';
import { EXAMPLE_TYPES, type HeaderFile, headerFilesOf, TemplateSubmissionsService } from '#whatsapp';

import { isForm } from '../media/form-upload.interceptor.ts';
import { receiveBody } from '../media/receive-body.ts';
import type { ReceivedFile } from '../media/spool.engine.ts';

/** What each format of a header is shown by. A GIF is a short film. */
const TYPES_OF: Record<string, readonly string[]> = {
  IMAGE: ['image/jpeg', 'image/png'],
  VIDEO: ['video/mp4'],
  GIF: ['video/mp4'],
  DOCUMENT: ['application/pdf'],
};

/** Files that show Meta's reviewers what a template's header will look like. */
@Injectable()
export class HeaderExamplesService {
  constructor(
    private readonly media: MediaService,
    private readonly submissions: TemplateSubmissionsService,
  ) {}

  /** A file of a request, form or bare body, given to Meta and not kept. @returns Meta's handle of it */
  async upload(sender: Sender, request: Request): Promise<string> {
    const received = await this.receive(request);
    try {
      const { file, type } = received;
      if (!EXAMPLE_TYPES.some((one) => one === type.mimeType)) {
        const known = EXAMPLE_TYPES.join(', ');
        throw new AppError(
          415,
          'media-type-unsupported',
          `A header cannot be shown by ${type.mimeType}, but by ${known}.`,
        );
      }
      return await this.send(sender, createReadStream(file.path), file.size, type.mimeType);
    } finally {
      await this.media.discard(received.file);
    }
  }

  /**
   * Puts Meta's handles in the place of our media ids. All files are looked for before one is uploaded.
   * @throws ValidationError with the field of every id that will not do
   */
  async resolve(sender: Sender, tenantId: string | null, components: unknown): Promise<void> {
    const headers = headerFilesOf(components);
    const faults = await Promise.all(headers.map((header) => this.faultOf(tenantId, header)));
    const errors = faults.filter((fault) => fault !== undefined);
    if (errors.length > 0) throw new ValidationError(errors);
    for (const header of headers) header.replaceBy(await this.give(sender, tenantId, header));
  }

  private async faultOf(
    tenantId: string | null,
    { field, mediaId, format }: HeaderFile,
  ): Promise<FieldError | undefined> {
    try {
      const { mimeType } = this.media.assertStored(await this.media.find(tenantId, mediaId));
      const types = TYPES_OF[format] ?? [];
      if (types.includes(mimeType)) return undefined;
      return { field, message: `is ${mimeType}; a header of format ${format} is shown by ${types.join(' or ')}` };
    } catch (refusal) {
      if (refusal instanceof NotFoundError) {
        return { field, message: `no media with id ${mediaId}; upload it with POST /api/v1/whatsapp/media` };
      }
      if (refusal instanceof AppError && refusal.status < 500) return { field, message: refusal.message };
      throw refusal;
    }
  }

  private async give(sender: Sender, tenantId: string | null, { mediaId }: HeaderFile): Promise<string> {
    const media = this.media.assertStored(await this.media.find(tenantId, mediaId));
    return this.send(sender, await this.media.read(media), media.size, media.mimeType);
  }

  private async send(sender: Sender, bytes: Readable, size: number, mimeType: string): Promise<string> {
    try {
      return await this.submissions.uploadExample(sender, { bytes, size, mimeType });
    } finally {
      // A call that failed before it began has not read it.
      bytes.destroy();
    }
  }

  private async receive(request: Request) {
    if (!isForm(request.headers['content-type'])) return receiveBody(this.media, request);
    const { file } = request as Request & { file?: ReceivedFile };
    if (!file) throw new ValidationError([{ field: 'file', message: 'is required: a form field with the file' }]);
    return file;
  }
}
