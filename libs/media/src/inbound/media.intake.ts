import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

import { MediaRepository } from '../media.repository.ts';
import { toInboundFile } from './inbound-file.mapper.ts';

/** Notes what is to be fetched, with the messages that speak of it. */
@Injectable()
export class MediaIntake {
  constructor(private readonly media: MediaRepository) {}

  /**
   * For messages that this transaction stores; `content` is Meta's message object. Messages that turn out to be stored
   * already, under another id, may be among them: nothing is noted for an id that is not in the table. One statement,
   * and none when no message has a file.
   */
  async noteInbound(tx: EntityManager, messages: { id: string; content: unknown }[]): Promise<void> {
    const files = messages.map(({ id, content }) => toInboundFile(id, content)).filter((file) => file !== undefined);
    if (files.length > 0) await this.media.noteInbound(tx, files);
  }
}
