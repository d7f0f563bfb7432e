import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

import { queryRows, storableJson } from '#common';

import { WhatsAppTemplate } from './entities/whatsapp-template.entity.ts';
import { APPLY_TOLD, LOCK_ACCOUNT, RETIRE_UNLISTED, STORE_LISTED } from './whatsapp-template.sql.ts';

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
  | 'qualityScore'
  | 'qualityScoredAt'
  | 'previousCategory'
  | 'correctCategory'
  | 'subCategory'
  | 'messageSendTtlSeconds'
  | 'libraryTemplateName'
>;

/** What Meta said of one template; the columns that are left out stay. */
export interface TemplateChange {
  name: string;
  language: string;
  status?: string;
  statusDetails?: string | null;
  rejectedReason?: string | null;
  disabledFrom?: Date | null;
  qualityScore?: string;
  category?: string;
  previousCategory?: string;
  /** A change of category that is to come, and when. */
  correctCategory?: string;
  categoryChangesAt?: Date | undefined;
  bodyText?: string;
  parameterCount?: number;
  headerText?: string | undefined;
  footerText?: string | undefined;
}

/** The same, of which account and when it was said. */
export interface ToldTemplate extends TemplateChange {
  businessAccountId: string;
  toldAt: Date;
}

@Injectable()
export class WhatsAppTemplateRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Every language of one name, as far as Meta still has it. */
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

  /**
   * Makes our copy equal to what Meta lists; what it no longer lists stays, inactive, with our key and count. What a
   * webhook told after `askedAt`, when the listing was asked for, stays as well, and so does what a listing asked for
   * later has written.
   */
  async replaceAll(
    businessAccountId: string,
    listed: ListedTemplate[],
    syncedAt: Date,
    askedAt = syncedAt,
  ): Promise<void> {
    await this.dataSource.transaction(async (tx) => {
      await tx.query(LOCK_ACCOUNT, [businessAccountId]);
      if (listed.length > 0) {
        await tx.query(STORE_LISTED, [businessAccountId, storableJson(listed), syncedAt, askedAt]);
      }
      const names = listed.map(({ templateName, language }) => ({ name: templateName, language }));
      await tx.query(RETIRE_UNLISTED, [businessAccountId, storableJson(names), askedAt]);
    });
  }

  /**
   * Writes what webhooks told into the caller's transaction, and answers for each of `told` whether it is in force: not
   * where we have no such template, nor where Meta's list was read later, nor where it is gone: then the list knows more.
   */
  async applyTold(tx: EntityManager, told: ToldTemplate[]): Promise<boolean[]> {
    if (told.length === 0) return [];
    const rows = await queryRows<{ index: number }>(tx, APPLY_TOLD, [
      storableJson(told.map((one, index) => ({ ...one, index }))),
    ]);
    const inForce = new Set(rows.map(({ index }) => index));
    return told.map((_, index) => inForce.has(index));
  }
}
