import { Injectable, Logger } from '@nestjs/common';

import { Clock } from '#common';
import { type Sender, SenderDirectory } from '#tenants';
import { CloudApiClient, CloudApiNotSentError, CloudApiUnknownOutcomeError, type MediaInfo } from '#whatsapp';

import type { Media } from '../entities/media.entity.ts';
import { MediaRepository } from '../media.repository.ts';
import { essenceOf, LARGEST_INBOUND } from '../media-kind.ts';
import { readSha256 } from '../sha256.ts';
import { MediaPlace } from '../storage/media-place.ts';
import { type SpooledFile, TooManyBytesError } from '../storage/media-spool.ts';
import type { MediaStorage } from '../storage/media-storage.ts';
import { judgeType } from './declared-type.ts';
import { type AfterFailure, afterFailure, expired, InboundTooLargeError, OtherBytesError } from './fetch-failure.ts';

/** A URL lives five minutes; a new one is asked for so often before the attempt counts as failed. */
const MOST_URLS = 2;

/** Fetches one file from Meta and keeps it, or notes why not and when it is tried again. */
@Injectable()
export class MediaFetcher {
  private readonly logger = new Logger(MediaFetcher.name);

  constructor(
    private readonly clock: Clock,
    private readonly media: MediaRepository,
    private readonly place: MediaPlace,
    private readonly cloudApi: CloudApiClient,
    private readonly senders: SenderDirectory,
  ) {}

  /** `stop` ends a download in the middle; then the file is free for another process at once. */
  async fetch(media: Media, storage: MediaStorage, stop: AbortSignal): Promise<void> {
    if (media.expiresAt && media.expiresAt <= this.clock.now()) {
      return this.note(media, expired(media.reason));
    }
    try {
      await this.fetchAndKeep(media, storage, stop);
    } catch (failure) {
      if (stop.aborted) return this.media.postpone(media, 0, 'Interrupted by a restart; it is fetched again.');
      this.logger.warn({ message: 'Media not fetched', mediaId: media.id, attempt: media.attempts, err: failure });
      await this.note(media, afterFailure(media, failure, this.clock.now(), Math.random()));
    }
  }

  private async fetchAndKeep(media: Media, storage: MediaStorage, stop: AbortSignal): Promise<void> {
    const sender = this.senders.byPhoneNumberId(media.phoneNumberId);
    if (!sender) throw new CloudApiNotSentError(`phone number id ${media.phoneNumberId} is not ours any more`);
    const { file, info } = await this.download(media, sender, stop);
    try {
      check(file, info, media);
      const type = judgeType(essenceOf(info.mime_type ?? media.mimeType), file.head);
      await storage.keep(file.sha256, file);
      const kept = await this.media.markStored(media, { ...file, ...type }, () => storage.has(file.sha256));
      if (kept) return;
      await this.media.removeUnnamed(file.sha256, (sha256) => storage.remove(sha256));
      throw new Error('The file was removed while it was being kept');
    } finally {
      await this.place.spool.discard(file);
    }
  }

  private async download(
    media: Media,
    sender: Sender,
    stop: AbortSignal,
  ): Promise<{ file: SpooledFile; info: MediaInfo }> {
    for (let urls = 1; ; urls += 1) {
      const info = await this.cloudApi.getMedia(sender, media.whatsappMediaId!);
      try {
        return { file: await this.receive(media, sender, info, stop), info };
      } catch (failure) {
        if (urls === MOST_URLS || !isOver(failure)) throw failure;
      }
    }
  }

  private async receive(media: Media, sender: Sender, info: MediaInfo, stop: AbortSignal): Promise<SpooledFile> {
    const largest = LARGEST_INBOUND[media.kind];
    if (Number(info.file_size) > largest) throw new InboundTooLargeError(media.kind, largest);
    const { body, size = 0 } = await this.cloudApi.downloadMedia(sender, info.url);
    const cut = (): void => void body.destroy(new Error('stopped'));
    stop.addEventListener('abort', cut, { once: true });
    try {
      if (size > largest) throw new InboundTooLargeError(media.kind, largest);
      return await this.place.spool.receive(body, largest);
    } catch (failure) {
      body.destroy();
      throw failure instanceof TooManyBytesError ? new InboundTooLargeError(media.kind, largest) : cutOff(failure);
    } finally {
      stop.removeEventListener('abort', cut);
    }
  }

  private async note(media: Media, after: AfterFailure): Promise<void> {
    if (after.next === 'postpone') await this.media.postpone(media, after.pauseMs, after.reason);
    else await this.media.giveUp(media, after.state, after.reason);
  }
}

/** @throws OtherBytesError */
function check(file: SpooledFile, info: MediaInfo, media: Media): void {
  const announced = Number(info.file_size ?? file.size);
  if (Number.isFinite(announced) && announced !== file.size) throw new OtherBytesError('size');
  const hash = readSha256(info.sha256) ?? media.sha256;
  if (hash !== null && hash !== file.sha256) throw new OtherBytesError('hash');
}

/** The URL is past its five minutes. */
function isOver(failure: unknown): boolean {
  return failure instanceof CloudApiUnknownOutcomeError && (failure.httpStatus === 404 || failure.httpStatus === 410);
}

/** Of undici and the sockets beneath it: the transfer broke, which is not the storage's fault. */
function cutOff(failure: unknown): unknown {
  const { code } = failure as NodeJS.ErrnoException;
  return typeof code === 'string' && /^UND_ERR|^ECONN|^EPIPE$|^ETIMEDOUT$/.test(code)
    ? new CloudApiUnknownOutcomeError(code)
    : failure;
}
