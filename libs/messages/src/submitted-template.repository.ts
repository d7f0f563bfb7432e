import { Injectable } from '@nestjs/common';
import { DataSource, In, IsNull, LessThanOrEqual, Or } from 'typeorm';

import { queryRows, storableJson } from '#common';

import { WhatsAppTemplate } from './entities/whatsapp-template.entity.ts';
import type { ListedTemplate } from './whatsapp-template.repository.ts';
import { STORE_LISTED } from './whatsapp-template.sql.ts';

/** Statuses that a review ends. */
const IN_REVIEW = ['PENDING', 'IN_APPEAL'];

/** Keeps what Meta answers about single templates: those that were submitted, changed or removed through us, and those it was asked about. */
@Injectable()
export class SubmittedTemplateRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** By the clock that listings go by as well: those of two replicas differ. */
  async now(): Promise<Date> {
    const [row] = await queryRows<{ now: Date }>(this.dataSource, `SELECT date_trunc('milliseconds', now()) AS now`);
    return row!.now;
  }

  /**
   * Takes over what Meta said of one template when it was asked at `askedAt`. What a webhook told later stays. `changed`:
   * we submitted or changed it then, so what was told of it before is over.
   */
  async keep(
    businessAccountId: string,
    template: ListedTemplate,
    askedAt: Date,
    { changed = false } = {},
  ): Promise<WhatsAppTemplate> {
    const { templateName, language, status, rejectedReason } = template;
    const key = { businessAccountId, templateName, language };
    return this.dataSource.transaction(async (tx) => {
      await tx.query(STORE_LISTED, [businessAccountId, storableJson([template]), askedAt, askedAt]);
      if (changed) {
        const present = { status, rejectedReason, statusToldAt: askedAt, isActive: true };
        const notSince = Or(IsNull(), LessThanOrEqual(askedAt));
        await tx.update(WhatsAppTemplate, { ...key, statusToldAt: notSince }, present);
      }
      return tx.findOneByOrFail(WhatsAppTemplate, key);
    });
  }

  /** They are gone at Meta; a listing that was asked for before must not bring them back. */
  async markDeleted(ids: string[], now: Date): Promise<void> {
    const change = { status: 'DELETED', isActive: false, statusToldAt: now };
    await this.dataSource.manager.update(WhatsAppTemplate, { id: In(ids) }, change);
  }

  /**
   * Templates in review of these accounts that Meta is to be asked about: soon after they were submitted, then after pauses that grow with
   * the time they have waited, up to an hour.
   */
  async findAwaited(businessAccountIds: string[], now: Date, limit: number): Promise<WhatsAppTemplate[]> {
    return this.dataSource.manager
      .createQueryBuilder(WhatsAppTemplate, 't')
      .where({ businessAccountId: In(businessAccountIds) })
      .andWhere('t.isActive AND t.status IN (:...inReview) AND t.metaTemplateId IS NOT NULL', { inReview: IN_REVIEW })
      .andWhere(
        `t.syncedAt <= :now::timestamptz - least(interval '1 hour',
           greatest(interval '5 seconds', t.syncedAt - coalesce(t.statusToldAt, t.createdAt)))`,
        { now },
      )
      .orderBy('t.syncedAt')
      .limit(limit)
      .getMany();
  }
}
