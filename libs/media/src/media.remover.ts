import { Injectable } from '@nestjs/common';

import type { Removal } from '#common';

import { MediaRepository } from './media.repository.ts';
import { MediaPlace } from './storage/media-place.ts';

/** Rows removed in one transaction. */
const AT_ONCE = 100;

/** Removes files: rows, and bytes that no other row names. Without a storage there are none. */
@Injectable()
export class MediaRemover {
  constructor(
    private readonly media: MediaRepository,
    private readonly place: MediaPlace,
  ) {}

  /** One batch of what came before `time`. */
  async removeBefore(time: Date): Promise<Removal> {
    const { storage } = this.place;
    if (!storage) return { removed: 0, more: false };
    const removed = await this.media.removeOlderThan(time, AT_ONCE, (sha256) => storage.remove(sha256));
    return { removed, more: removed === AT_ONCE };
  }

  /** Files that inbound messages brought. Uploaded ones can be in any number of messages, and stay. */
  async removeOfMessages(messageIds: string[]): Promise<number> {
    return this.media.removeOfMessages(messageIds, async (sha256) => this.place.storage?.remove(sha256));
  }
}
