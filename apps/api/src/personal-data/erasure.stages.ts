import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

import { Clock, leastIdAt } from '#common';
import { MediaRemover } from '#media';
import {
  erasedKey,
  type ErasureStep,
  MentionRepository,
  mentionsOf,
  PersonRepository,
  type RunningErasure,
} from '#messages';
import { PoDeadLetterRepository } from '#po-events';

import { IdempotencyService } from '../idempotency/idempotency.service.ts';

/** One small batch of one kind of data. */
type Stage = (tx: EntityManager, erasure: RunningErasure) => Promise<ErasureStep>;

/** A message on the wire is answered within seconds, or given up when its lease is over. */
const WIRE_WAIT_MS = 1_000;

/** Where somebody's data is, in the order it is removed. Each step can be repeated. */
@Injectable()
export class ErasureStages {
  /** Append only: an erasure that goes on remembers its place. */
  private readonly stages: readonly Stage[] = [
    (tx, erasure) => this.eraseMessages(tx, erasure),
    (tx, { id, person, position }) =>
      this.people.eraseFromGroups(tx, person, this.until(position), erasedKey(id), this.clock.now()),
    (tx, { person }) => this.forgetAnswers(tx, person.tenantId, mentionsOf(person.addresses)),
    (tx, { person, position }) =>
      this.mentions.eraseFromDeliveries(tx, this.until(position), mentionsOf(person.addresses)),
    (tx, { person, position }) => this.mentions.eraseSetAside(tx, this.until(position), mentionsOf(person.addresses)),
    (tx, { person, position }) =>
      this.mentions.eraseAccountEvents(tx, this.until(position), mentionsOf(person.addresses)),
    (tx, { person, position }) => this.eraseDeadLetters(tx, position, mentionsOf(person.addresses)),
  ];

  constructor(
    private readonly clock: Clock,
    private readonly people: PersonRepository,
    private readonly mentions: MentionRepository,
    private readonly media: MediaRemover,
    private readonly deadLetters: PoDeadLetterRepository,
    private readonly idempotency: IdempotencyService,
  ) {}

  get count(): number {
    return this.stages.length;
  }

  run: Stage = (tx, erasure) => this.stages[erasure.stage]!(tx, erasure);

  private async eraseMessages(
    tx: EntityManager,
    { id, person, position, requestedAt }: RunningErasure,
  ): Promise<ErasureStep> {
    const { ids, isAnyOnTheWire } = await this.people.lockMessages(tx, person, requestedAt);
    if (ids.length > 0) {
      const media = await this.media.removeOfMessages(ids);
      await this.people.eraseMessages(tx, ids, erasedKey(id), this.clock.now());
      return { removed: { messages: ids.length, media }, position };
    }
    return isAnyOnTheWire ? { removed: {}, position, waitMs: WIRE_WAIT_MS } : { removed: {}, position: null };
  }

  private async forgetAnswers(tx: EntityManager, tenantId: string | null, mentions: string[]): Promise<ErasureStep> {
    const answers = await this.idempotency.forgetMentions(tx, tenantId, mentions);
    return { removed: { idempotency_answers: answers }, position: null };
  }

  private async eraseDeadLetters(tx: EntityManager, from: string, mentions: string[]): Promise<ErasureStep> {
    const { removed, position } = await this.deadLetters.removeMentioning(tx, this.until(from), mentions);
    return { removed: { po_dead_letters: removed }, position };
  }

  private until(position: string) {
    return { position, before: leastIdAt(new Date(this.clock.now().getTime() + 1)) };
  }
}
