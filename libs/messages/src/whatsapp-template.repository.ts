import { Injectable } from '@nestjs/common';
import { DataSource, LessThan } from 'typeorm';

import { WhatsAppTemplate } from './entities/whatsapp-template.entity.ts';

/** A template as Meta lists it. */
export type ListedTemplate = Pick<
  WhatsAppTemplate,
  | 'id'
  | 'templateName'
  | 'templateKey'
  | 'category'
  | 'language'
  | 'status'
  | 'bodyText'
  | 'parameterCount'
  | 'parameterFormat'
  | 'components'
  | 'metaTemplateId'
  | 'rejectedReason'
>;

@Injectable()
export class WhatsAppTemplateRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Every language of one name, as far as Meta still lists it. */
  async findByName(businessAccountId: string, templateName: string): Promise<WhatsAppTemplate[]> {
    return this.dataSource.manager.find(WhatsAppTemplate, {
      where: { businessAccountId, templateName, isActive: true },
      order: { language: 'ASC' },
    });
  }

  async list(businessAccountId: string): Promise<WhatsAppTemplate[]> {
    return this.dataSource.manager.find(WhatsAppTemplate, {
      where: { businessAccountId },
      order: { templateName: 'ASC', language: 'ASC' },
    });
  }

  /** Makes our copy equal to what Meta lists; what it no longer lists stays, inactive. */
  async replaceAll(businessAccountId: string, listed: ListedTemplate[], syncedAt: Date): Promise<void> {
    await this.dataSource.transaction(async (tx) => {
      if (listed.length > 0) {
        await tx
          .createQueryBuilder()
          .insert()
          .into(WhatsAppTemplate)
          .values(listed.map((template) => ({ ...template, businessAccountId, syncedAt, isActive: true })))
          .orUpdate(REFRESHED, ['business_account_id', 'template_name', 'language'])
          .updateEntity(false)
          .execute();
      }
      await tx.update(WhatsAppTemplate, { businessAccountId, syncedAt: LessThan(syncedAt) }, { isActive: false });
    });
  }
}

/** Everything but our id, our key, our count and the time of the first sync. */
const REFRESHED = [
  'category',
  'status',
  'body_text',
  'parameter_count',
  'parameter_format',
  'components',
  'meta_template_id',
  'rejected_reason',
  'is_active',
  'synced_at',
  'updated_at',
];
