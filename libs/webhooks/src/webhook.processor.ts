import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

import { BackgroundLoop, withoutMentions } from '#common';
import { ConversationRepository, type StoredDelivery, WebhookDeliveryRepository } from '#messages';

import { AccountEventApplier } from './account-event.applier.ts';
import { ItemOwnership, phoneNumberIdOf } from './item-ownership.ts';
import { toItems } from './mapping/envelope.ts';
import { type Refusal, refusal, type Verdict, WebhookItemApplier } from './webhook-item.applier.ts';

const POLL_MS = 1_000;
/** Between two rounds, so that a round is worth its cost. */
const GAP_MS = 75;
const JOIN_EVERY_MS = 2_000;
const JOIN_LIMIT = 100;
/** By then the wamid of any message of ours is stored: its send was answered or given up long before. */
const SENT_ELSEWHERE_AFTER_MS = 600_000;
const SETTLE_EVERY_MS = 60_000;
const SETTLE_LIMIT = 1_000;

/** What became of one item of a delivery. */
interface Judged {
  deliveryId: string;
  verdict: Verdict | undefined;
}

/** Applies each stored delivery once, apart from its intake: a crash in between loses nothing, a repetition changes nothing. */
@Injectable()
export class WebhookProcessor implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(WebhookProcessor.name);
  private readonly apply = this.applyAll.bind(this);
  private readonly applying = new BackgroundLoop(
    () => this.deliveries.applyNext(this.apply).then((more) => this.follow(more)),
    { restMs: POLL_MS, gapMs: GAP_MS },
    (cause) => this.logger.error({ message: 'Deliveries were not applied; they are tried again', err: cause }),
  );
  private readonly retrying = new BackgroundLoop(
    () => this.deliveries.applyFailed(this.apply).then((more) => this.follow(more)),
    POLL_MS,
    (cause) => this.logger.error({ message: 'A delivery was not applied; it is tried again', err: cause }),
  );
  private readonly joining = new BackgroundLoop(
    () => this.joinStatuses(),
    JOIN_EVERY_MS,
    (cause) => this.logger.error({ message: 'Statuses set aside were not looked at', err: cause }),
  );
  private readonly settling = new BackgroundLoop(
    () => this.settleSentElsewhere(),
    SETTLE_EVERY_MS,
    (cause) => this.logger.error({ message: 'Statuses of unknown messages were not settled', err: cause }),
  );

  constructor(
    private readonly dataSource: DataSource,
    private readonly deliveries: WebhookDeliveryRepository,
    private readonly ownership: ItemOwnership,
    private readonly conversations: ConversationRepository,
    private readonly applier: WebhookItemApplier,
    private readonly accountEvents: AccountEventApplier,
  ) {}

  onApplicationBootstrap(): void {
    this.applying.start();
    this.retrying.start();
    this.joining.start();
    this.settling.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    const loops = [this.applying, this.retrying, this.joining, this.settling];
    await Promise.all(loops.map((loop) => loop.stop()));
  }

  /** A delivery was stored: do not wait for the next poll. */
  wake(): void {
    this.applying.wake();
  }

  private async applyAll(tx: EntityManager, deliveries: StoredDelivery[]): Promise<void> {
    const items = deliveries.flatMap(({ id, body, envelope, appId }) =>
      // Stored bodies were JSON when they were taken.
      toItems(envelope ?? JSON.parse(body.toString('utf8'))).map((item, itemIndex) => {
        const objection = this.ownership.objectionTo(item, { appId });
        return { deliveryId: id, itemIndex, item, objection };
      }),
    );
    const ours = items.filter(({ objection }) => objection === undefined);
    await this.conversations.noteHeard(ours.flatMap(({ item }) => phoneNumberIdOf(item) ?? []));
    for (const { deliveryId, item } of items) if (item.kind === 'account-event') item.event.deliveryId = deliveryId;
    const verdicts = await this.applier.apply(
      tx,
      ours.map(({ item }) => item),
    );
    await this.forget(
      tx,
      deliveries,
      ours.map(({ deliveryId }, index) => ({ deliveryId, verdict: verdicts[index] })),
    );
    const setAside = [
      ...items.flatMap(({ deliveryId, itemIndex, item, objection }) =>
        objection ? [{ deliveryId, itemIndex, ...refusal(item, 'foreign-number', objection) }] : [],
      ),
      ...ours.flatMap(({ deliveryId, itemIndex }, index) => {
        const verdict = verdicts[index];
        return isRefusal(verdict) ? [{ deliveryId, itemIndex, ...verdict }] : [];
      }),
    ];
    await this.deliveries.setAside(tx, setAside);
    for (const { deliveryId, itemIndex, reason } of setAside) {
      // It may only be early, or another tool's.
      const level = reason === 'unknown-message' ? 'debug' : 'warn';
      this.logger[level]({ message: 'Webhook item set aside', deliveryId, itemIndex, reason });
    }
  }

  /** Deliveries are not kept with what they say of people who were erased. */
  private async forget(tx: EntityManager, deliveries: StoredDelivery[], judged: Judged[]): Promise<void> {
    const mentions = new Map<string, string[]>();
    for (const { deliveryId, verdict } of judged) {
      if (verdict?.reason !== 'erased') continue;
      mentions.set(deliveryId, [...(mentions.get(deliveryId) ?? []), ...verdict.mentions]);
    }
    for (const { id, body } of deliveries) {
      const erased = mentions.get(id);
      if (erased) await this.deliveries.rewrite(tx, id, withoutMentions(JSON.parse(body.toString('utf8')), erased));
    }
  }

  /** What a round asks for once it is committed. */
  private async follow(more: boolean): Promise<boolean> {
    if (more) await this.accountEvents.follow();
    return more;
  }

  private async settleSentElsewhere(): Promise<boolean> {
    const settled = await this.deliveries.settleSentElsewhere(SENT_ELSEWHERE_AFTER_MS, SETTLE_LIMIT);
    if (settled > 0) this.logger.log({ message: 'Statuses of messages that were sent elsewhere', settled });
    return settled === SETTLE_LIMIT;
  }

  /** A status may come before its message's wamid is known; it is applied as soon as that is stored. */
  private async joinStatuses(): Promise<boolean> {
    return this.dataSource.transaction(async (tx: EntityManager) => {
      const joinable = await this.deliveries.takeJoinable(tx, JOIN_LIMIT);
      if (joinable.length === 0) return false;
      const items = joinable.flatMap(({ item }) => toItems(JSON.parse(item)).slice(0, 1));
      for (const refusal of await this.applier.apply(tx, items)) {
        if (isRefusal(refusal)) this.logger.warn({ message: 'Webhook item not joined', detail: refusal.detail });
      }
      await this.deliveries.resolve(
        tx,
        joinable.map(({ id }) => id),
      );
      return joinable.length === JOIN_LIMIT;
    });
  }
}

function isRefusal(verdict: Verdict | undefined): verdict is Refusal {
  return verdict !== undefined && verdict.reason !== 'erased';
}
