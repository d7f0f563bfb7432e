import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

import { nextIds, queryRows, removeMentioning, type SqlRunner, type Stretch, withoutMentions } from '#common';

import { rewriteDelivery } from '../webhook-delivery.repository.ts';
import type { ErasureStep } from './erasure.repository.ts';

const SET_ASIDE = { table: 'webhook_set_aside_items', texts: ['item', 'detail'] };
const ACCOUNT_EVENTS = { table: 'account_events', texts: ['value', 'summary'] };

/** Where somebody may be spoken of without a column that says so. */
@Injectable()
export class MentionRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Deliveries that mention somebody lose what does, or go. Those that still wait are seen to when they are applied. */
  async eraseFromDeliveries(tx: EntityManager, stretch: Stretch, mentions: string[]): Promise<ErasureStep> {
    const { ids, position } = await nextIds(tx, 'webhook_deliveries', stretch);
    const found = await findDeliveries(tx, ids, mentions);
    for (const { id, body } of found) {
      await rewriteDelivery(tx, id, withoutMentions(JSON.parse(body.toString('utf8')), mentions));
    }
    return { removed: { webhook_deliveries: found.length }, position };
  }

  async eraseSetAside(tx: EntityManager, stretch: Stretch, mentions: string[]): Promise<ErasureStep> {
    const { removed, position } = await removeMentioning(tx, SET_ASIDE, stretch, mentions);
    return { removed: { webhook_set_aside_items: removed }, position };
  }

  async eraseAccountEvents(tx: EntityManager, stretch: Stretch, mentions: string[]): Promise<ErasureStep> {
    const { removed, position } = await removeMentioning(tx, ACCOUNT_EVENTS, stretch, mentions);
    return { removed: { account_events: removed }, position };
  }

  /** Deliveries that mention somebody: which, and when they came. Others are spoken of in them as well. */
  async *readDeliveries(stretch: Stretch, mentions: string[]): AsyncGenerator<{ id: string; receivedAt: Date }> {
    for (let { position } = stretch; ;) {
      const page = await nextIds(this.dataSource, 'webhook_deliveries', { ...stretch, position });
      if (page.position === null) return;
      for (const { id, receivedAt } of await findDeliveries(this.dataSource, page.ids, mentions))
        yield { id, receivedAt };
      position = page.position;
    }
  }
}

interface FoundDelivery {
  id: string;
  body: Buffer;
  receivedAt: Date;
}

function findDeliveries(runner: SqlRunner, ids: string[], mentions: string[]): Promise<FoundDelivery[]> {
  return queryRows<FoundDelivery>(
    runner,
    `SELECT id, body, received_at AS "receivedAt" FROM webhook_deliveries d
     WHERE id = ANY ($1::uuid[]) AND id NOT IN (SELECT unnest(delivery_ids) FROM webhook_queue)
       AND EXISTS (SELECT FROM unnest($2::text[]) AS one WHERE position(convert_to(one, 'UTF8') IN body) > 0)`,
    [ids, mentions],
  );
}
