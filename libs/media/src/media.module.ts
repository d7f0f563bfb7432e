import { Module, type OnApplicationShutdown } from '@nestjs/common';

import { AppConfig } from '#common';
import { WhatsAppModule } from '#whatsapp';

import { MediaFetcher } from './inbound/media.fetcher.ts';
import { MediaIntake } from './inbound/media.intake.ts';
import { MediaPoller } from './inbound/media.poller.ts';
import { MediaJanitor } from './media.janitor.ts';
import { MediaRemover } from './media.remover.ts';
import { MediaRepository } from './media.repository.ts';
import { MediaService } from './media.service.ts';
import { MessageMediaView } from './message-media.view.ts';
import { MediaResolver } from './outbound/media.resolver.ts';
import { MediaUploader } from './outbound/media.uploader.ts';
import { MediaUploadRepository } from './outbound/media-upload.repository.ts';
import { MediaPlace } from './storage/media-place.ts';

const place = { provide: MediaPlace, inject: [AppConfig], useFactory: ({ media }: AppConfig) => MediaPlace.of(media) };
const repositories = [MediaRepository, MediaUploadRepository];
const fromCustomers = [MediaFetcher, MediaPoller];
const toCustomers = [MediaUploader, MediaResolver];
const offered = [MediaIntake, MediaResolver, MediaService, MediaRemover, MessageMediaView];

/** The files of messages: fetched from Meta, kept by their hash, given out, and given to Meta. */
@Module({
  imports: [WhatsAppModule],
  providers: [
    place,
    ...repositories,
    ...fromCustomers,
    ...toCustomers,
    MediaIntake,
    MediaService,
    MediaRemover,
    MessageMediaView,
    MediaJanitor,
  ],
  exports: offered,
})
export class MediaModule implements OnApplicationShutdown {
  constructor(private readonly place: MediaPlace) {}

  async onApplicationShutdown(): Promise<void> {
    await this.place.close();
  }
}
