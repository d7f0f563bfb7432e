import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

import { WhatsAppTemplate } from './entities/whatsapp-template.entity.ts';

export interface TemplateFilter {
  name?: string | undefined;
  key?: string | undefined;
  language?: string | undefined;
  category?: string | undefined;
  status?: string | undefined;
  isActive?: boolean | undefined;
  /** Anywhere in the name or the text of the body. */
  text?: string | undefined;
}

/** The templates of an account, for people who look for some of them. */
@Injectable()
export class TemplateListView {
  constructor(private readonly dataSource: DataSource) {}

  /** Newest first, those before the template `beforeId`. */
  async list(
    businessAccountId: string,
    { name, key, language, category, status, isActive, text }: TemplateFilter,
    limit: number,
    beforeId?: string,
  ): Promise<WhatsAppTemplate[]> {
    const query = this.dataSource.manager
      .createQueryBuilder(WhatsAppTemplate, 't')
      .where('t.businessAccountId = :businessAccountId', { businessAccountId })
      .orderBy('t.id', 'DESC')
      .limit(limit);
    if (name !== undefined) query.andWhere('t.templateName = :name', { name });
    if (key !== undefined) query.andWhere('t.templateKey = :key', { key });
    if (language !== undefined) query.andWhere('t.language = :language', { language });
    if (category !== undefined) query.andWhere('t.category = :category', { category });
    if (status !== undefined) query.andWhere('t.status = :status', { status });
    if (isActive !== undefined) query.andWhere('t.isActive = :isActive', { isActive });
    if (text !== undefined) {
      const pattern = `%${text.replace(/[\\%_]/g, '\\$&')}%`;
      query.andWhere('(t.templateName ILIKE :pattern OR t.bodyText ILIKE :pattern)', { pattern });
    }
    if (beforeId !== undefined) query.andWhere('t.id < :beforeId', { beforeId });
    return query.getMany();
  }
}
