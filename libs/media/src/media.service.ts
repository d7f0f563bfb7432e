import type { Readable } from 'node:stream';

import { Injectable, Logger } from '@nestjs/common';

import { AppError, Clock, isUuid, NotFoundError } from '#common';
import { SenderDirectory } from '#tenants';

import type { Media } from './entities/media.entity.ts';
import { formatOf } from './file-format.ts';
import { MediaRepository } from './media.repository.ts';
import { LARGEST_FILE, SENDABLE_TYPES, type SendableType, sendableType, shownSize } from './media-kind.ts';
import { MediaUploader, storageOf } from './outbound/media.uploader.ts';
import type { KnownUpload } from './outbound/media-upload.repository.ts';
import { MediaPlace } from './storage/media-place.ts';
import { type SpooledFile, TooManyBytesError } from './storage/media-spool.ts';
import { type ByteRange, MediaMissingError } from './storage/media-storage.ts';

/** A file that came with a request. */
export interface Upload {
  file: SpooledFile;
  type: SendableType;
  fileName: string | null;
}

export type StoredMedia = Media & { sha256: string; size: number };

/** How long an upload must be good for at least: what is sent with it now is on its way that long. */
const USABLE_MS = 24 * 3_600_000;

/** Files for callers: taken, shown, given out. */
@Injectable()
export class MediaService {
  private readonly logger = new Logger(MediaService.name);

  constructor(
    private readonly clock: Clock,
    private readonly media: MediaRepository,
    private readonly place: MediaPlace,
    private readonly uploader: MediaUploader,
    private readonly senders: SenderDirectory,
  ) {}

  /**
   * Reads a file of a request, no further than its type allows. The caller hands it on to `upload()`, or discards it.
   * @throws AppError 415 `media-type-unsupported`, 413 `media-too-large`, 422 `media-type-mismatch`, `media-empty`
   */
  async receive(source: AsyncIterable<Buffer>, mimeType: string): Promise<Pick<Upload, 'file' | 'type'>> {
    storageOf(this.place);
    const type = sendableType(mimeType);
    if (!type) {
      const known = SENDABLE_TYPES.map((one) => one.mimeType).join(', ');
      throw new AppError(415, 'media-type-unsupported', `WhatsApp does not send ${mimeType}; it sends ${known}.`);
    }
    const file = await this.place.spool.receive(source, type.largest).catch((cause: unknown) => {
      throw cause instanceof TooManyBytesError ? tooLarge(type) : cause;
    });
    const fault = faultOf(file, type);
    if (!fault) return { file, type };
    await this.discard(file);
    throw fault;
  }

  async discard(file: SpooledFile): Promise<void> {
    await this.place.spool.discard(file);
  }

  /** Keeps the file and gives it to Meta, unless Meta has it already for the tenant's number. */
  async upload(tenantId: string, { file, type, fileName }: Upload): Promise<{ media: Media; known: KnownUpload }> {
    try {
      const storage = storageOf(this.place);
      const sender = this.senders.forTenant(tenantId);
      const { phoneNumberId } = sender;
      await storage.keep(file.sha256, file);
      const { mimeType, kind } = type;
      const media = await this.media.createUploaded(
        { tenantId, kind, phoneNumberId, mimeType, fileName, ...file },
        () => storage.has(file.sha256),
      );
      if (!media) throw new AppError(503, 'media-not-kept', 'The file was being removed at the same time; try again.');
      const until = new Date(this.clock.now().getTime() + USABLE_MS);
      return { media, known: await this.uploader.idOf({ ...file, mimeType }, sender, until) };
    } finally {
      await this.discard(file);
    }
  }

  /**
   * `tenantId` null: a platform key, which sees every tenant's.
   * @throws NotFoundError for what is not there, or another tenant's
   */
  async find(tenantId: string | null, id: string): Promise<Media> {
    if (!isUuid(id)) throw new NotFoundError('media', id);
    const media = tenantId === null ? await this.media.findById(id) : await this.media.findOwn(tenantId, id);
    if (!media) throw new NotFoundError('media', id);
    return media;
  }

  /** @throws AppError 409 `media-not-stored` while it is to be fetched, 410 `media-gone` when it never will be */
  assertStored(media: Media): StoredMedia {
    const { state, sha256, size, reason } = media;
    if (state === 'stored' && sha256 !== null && size !== null) return { ...media, sha256, size };
    if (state === 'pending') {
      throw new AppError(409, 'media-not-stored', `The file is still to be fetched from Meta. ${reason ?? ''}`.trim(), {
        retryAfterSeconds: 5,
      });
    }
    throw new AppError(410, 'media-gone', reason ?? 'The file is not kept.');
  }

  /** @throws AppError 410 `media-gone` when the record speaks of a file that is not there */
  async read({ id, sha256 }: StoredMedia, range?: ByteRange): Promise<Readable> {
    try {
      return await storageOf(this.place).read(sha256, range);
    } catch (cause) {
      if (!(cause instanceof MediaMissingError)) throw cause;
      this.logger.error({ message: 'A stored file is missing', mediaId: id, sha256 });
      throw new AppError(410, 'media-gone', 'The file was kept, and is not there any more; the operator has to look.');
    }
  }
}

/** An answer to a request whose own length says already that it is too large. */
export function assertLength(contentLength: number): void {
  if (contentLength <= LARGEST_FILE + 64 * 1_024) return;
  throw new AppError(413, 'media-too-large', `WhatsApp sends files of at most ${shownSize(LARGEST_FILE)}.`);
}

function tooLarge({ largest, mimeType }: SendableType): AppError {
  return new AppError(413, 'media-too-large', `WhatsApp sends at most ${shownSize(largest)} of ${mimeType}.`);
}

function faultOf({ size, head }: SpooledFile, { mimeType, formats }: SendableType): AppError | undefined {
  if (size === 0) return new AppError(422, 'media-empty', 'The file is empty.');
  if (formats.includes(formatOf(head))) return undefined;
  return new AppError(422, 'media-type-mismatch', `The file is declared as ${mimeType}, which its bytes are not.`);
}
