import { Injectable } from '@nestjs/common';
import { DataSource, In } from 'typeorm';

import { WhatsAppTemplate } from './entities/whatsapp-template.entity.ts';
import type { ListedTemplate } from './whatsapp-template.repository.ts';

/** Statuses that a review ends. */
const IN_REVIEW = ['PENDING', 'IN_APPEAL'];

/** Keeps what Meta answers about single templates: those that were submitted, changed or removed through us, and those it was asked about. */
@Injectable()
export class SubmittedTemplateRepository {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Takes over what Meta said of one template when it was asked at `askedAt`. A status that a webhook told later stays.
   * With `submitted` its review begins now.
   */
  async keep(
    businessAccountId: string,
    template: ListedTemplate,
    { askedAt, now, submitted = false }: { askedAt: Date; now: Date; submitted?: boolean },
  ): Promise<WhatsAppTemplate> {
    const { id: _ours, templateKey: _key, ...heard } = template;
    return this.dataSource.transaction(async (tx) => {
      const added = { ...template, businessAccountId, syncedAt: now };
      await tx
        .createQueryBuilder()
        .insert()
        .into(WhatsAppTemplate)
        .values(added)
        .orIgnore()
        .updateEntity(false)
        .execute();
      const { id, status, rejectedReason, statusToldAt } = await tx.findOneOrFail(WhatsAppTemplate, {
        where: { businessAccountId, templateName: template.templateName, language: template.language },
        lock: { mode: 'for_no_key_update' },
      });
      await tx.update(
        WhatsAppTemplate,
        { id },
        {
          ...heard,
          ...(statusToldAt && statusToldAt > askedAt && { status, rejectedReason }),
          ...(submitted && { statusToldAt: askedAt }),
          isActive: true,
          syncedAt: now,
        },
      );
      return tx.findOneByOrFail(WhatsAppTemplate, { id });
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
