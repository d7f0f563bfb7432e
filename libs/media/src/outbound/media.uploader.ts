import { setTimeout as pause } from 'node:timers/promises';

import { Injectable } from '@nestjs/common';

import { AppError } from '#common';
import type { Sender } from '#tenants';
import { CloudApiClient, CloudApiError, CloudApiRefusal } from '#whatsapp';

import type { Media } from '../entities/media.entity.ts';
import { MediaPlace } from '../storage/media-place.ts';
import { MediaMissingError, type MediaStorage } from '../storage/media-storage.ts';
import { type KnownUpload, MediaUploadRepository, type UploadKey } from './media-upload.repository.ts';

/** How long another request's upload of the same file is waited for. */
const PATIENCE_MS = 60_000;
const LOOK_AGAIN_MS = 100;

/** Meta takes OGG only when its codec is named. */
const WIRE_TYPES = new Map([['audio/ogg', 'audio/ogg; codecs=opus']]);

/** A kept file: what it takes to give it to Meta. */
export type KeptFile = Pick<Media, 'sha256' | 'size' | 'mimeType'> & { sha256: string; size: number };

/** Gives a file to Meta, once for each of our numbers and again when Meta's copy is about to expire. */
@Injectable()
export class MediaUploader {
  constructor(
    private readonly uploads: MediaUploadRepository,
    private readonly place: MediaPlace,
    private readonly cloudApi: CloudApiClient,
  ) {}

  /**
   * Meta's id of the file, good until then (at most 28 days from now).
   * @throws AppError 422 `media-refused`; 503 `media-upload-failed`, `media-upload-busy` or `media-storage-off`
   */
  async idOf(file: KeptFile, sender: Sender, until: Date): Promise<KnownUpload> {
    const key = { phoneNumberId: sender.phoneNumberId, sha256: file.sha256, mimeType: file.mimeType };
    for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await pause(LOOK_AGAIN_MS)) {
      const known = await this.uploads.findUsable(key, until);
      if (known) return known;
      const token = await this.uploads.claim(key, until);
      if (token !== undefined) return this.upload(key, token, file, sender);
    }
    throw new AppError(503, 'media-upload-busy', 'The same file is being uploaded by another request; try again.');
  }

  private async upload(key: UploadKey, token: string, file: KeptFile, sender: Sender): Promise<KnownUpload> {
    try {
      const whatsappMediaId = await this.give(file, sender);
      return await this.uploads.markUploaded(key, token, whatsappMediaId);
    } catch (failure) {
      await this.uploads.release(key, token);
      throw toAppError(failure);
    }
  }

  private async give(file: KeptFile, sender: Sender): Promise<string> {
    const bytes = await storageOf(this.place).read(file.sha256);
    const mimeType = WIRE_TYPES.get(file.mimeType) ?? file.mimeType;
    try {
      return await this.cloudApi.uploadMedia(sender, { bytes, size: file.size, mimeType });
    } finally {
      // A call that failed before it began has not read it.
      bytes.destroy();
    }
  }
}

/** @throws AppError 503 where no storage is configured */
export function storageOf({ storage }: MediaPlace): MediaStorage {
  if (storage) return storage;
  throw new AppError(
    503,
    'media-storage-off',
    'No file can be kept: the operator has to set MEDIA_DIR or MEDIA_S3_BUCKET.',
    { retryAfterSeconds: 300 },
  );
}

function toAppError(failure: unknown): unknown {
  if (failure instanceof MediaMissingError) {
    return new AppError(410, 'media-gone', 'The file was kept, and is not there any more; upload it again.');
  }
  if (!(failure instanceof CloudApiError)) return failure;
  if (failure instanceof CloudApiRefusal && !failure.advice.retryable) {
    const details = failure.details ? ` ${failure.details}` : '';
    return new AppError(422, 'media-refused', `${failure.message}.${details} ${failure.advice.action}`);
  }
  return new AppError(503, 'media-upload-failed', `${failure.message}. The file is kept; try again.`, {
    cause: failure,
  });
}
