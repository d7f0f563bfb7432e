import { Injectable } from '@nestjs/common';

import { Clock, type FieldError, isUuid } from '#common';
import { type Sender, SenderDirectory } from '#tenants';
import type { SendRequest } from '#whatsapp';

import type { Media } from '../entities/media.entity.ts';
import { MediaRepository } from '../media.repository.ts';
import { sendableType, shownSize } from '../media-kind.ts';
import { type KeptFile, MediaUploader } from './media.uploader.ts';
import { type MediaReference, mediaReferences } from './media-references.ts';

const DAY_MS = 24 * 3_600_000;
/** How long a message may be on its way after the time it is to be sent. */
const ON_ITS_WAY_MS = DAY_MS;
/** Meta keeps an upload for 30 days. */
const LATEST_MS = 28 * DAY_MS;

/** Puts Meta's ids in the place of ours, before a message is stored: what is stored is what goes to Meta. */
@Injectable()
export class MediaResolver {
  constructor(
    private readonly clock: Clock,
    private readonly media: MediaRepository,
    private readonly uploader: MediaUploader,
    private readonly senders: SenderDirectory,
  ) {}

  /**
   * The request with Meta's ids in it; unchanged when it names none of our files. A file whose upload has expired, or would
   * before the message is sent, is uploaded again.
   * @returns what is wrong with the ids, if anything, and then the request as it was
   * @throws AppError when Meta does not take a file (`MediaUploader.idOf`)
   */
  async resolve(request: SendRequest): Promise<{ request: SendRequest; errors: FieldError[] }> {
    if (!mediaReferences(request.message).some(isOurs)) return { request, errors: [] };

    const message = structuredClone(request.message);
    const sender = this.senders.forTenant(request.tenantId);
    const until = new Date((request.sendAt ?? this.clock.now()).getTime() + ON_ITS_WAY_MS);
    const errors: FieldError[] = [];
    for (const reference of mediaReferences(message).filter(isOurs)) {
      const file = await this.find(request.tenantId, reference);
      const fault = typeof file === 'string' ? file : this.faultOf(until);
      if (typeof file === 'string' || fault) errors.push({ field: reference.field, message: fault! });
      else reference.object.id = await this.idOf(file, sender, until);
    }
    return errors.length > 0 ? { request, errors } : { request: { ...request, message }, errors };
  }

  private async idOf(file: KeptFile, sender: Sender, until: Date): Promise<string> {
    return (await this.uploader.idOf(file, sender, until)).whatsappMediaId;
  }

  /** The file, or why it cannot be sent like this. */
  private async find(tenantId: string, { kind, object }: MediaReference): Promise<KeptFile | string> {
    const media = await this.media.findOwn(tenantId, object.id);
    if (!media) return `no media with id ${object.id}; upload it with POST /api/v1/whatsapp/media`;
    if (!isKept(media)) return `media ${object.id} is ${media.state}; only a stored file can be sent`;
    const type = sendableType(media.mimeType);
    if (!type) return `WhatsApp does not send files of type ${media.mimeType}`;
    if (media.size > type.largest) {
      return `is ${shownSize(media.size)}; WhatsApp sends at most ${shownSize(type.largest)} of ${media.mimeType}`;
    }
    return kind === type.kind || kind === 'document'
      ? media
      : `is ${media.mimeType}; send it as ${type.kind}, or as document`;
  }

  private faultOf(until: Date): string | undefined {
    if (until.getTime() - this.clock.now().getTime() <= LATEST_MS) return undefined;
    return 'WhatsApp keeps an uploaded file for 30 days: let send_at be within 27 days, or give a link';
  }
}

/** Meta's ids are digits, ours are UUIDs. */
function isOurs({ object }: MediaReference): boolean {
  return isUuid(object.id);
}

function isKept(media: Media): media is Media & { sha256: string; size: number } {
  return media.state === 'stored' && media.sha256 !== null && media.size !== null;
}
