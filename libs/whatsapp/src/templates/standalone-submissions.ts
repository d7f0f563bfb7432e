import type { DataSource } from 'typeorm';

import { SubmittedTemplateRepository, TemplateSyncRepository, WhatsAppTemplateRepository } from '#messages';
import type { Sender } from '#tenants';

import type { CloudApiClient } from '../cloud-api/index.ts';
import { TemplatePuller } from './template.puller.ts';
import { TemplateSubmissionsService } from './template-submissions.service.ts';

/** The service without the application around it and what works in its background: for commands. */
export function standaloneSubmissions(dataSource: DataSource, cloudApi: CloudApiClient): TemplateSubmissionsService {
  const templates = new WhatsAppTemplateRepository(dataSource);
  const puller = new TemplatePuller(templates, new TemplateSyncRepository(dataSource), cloudApi);
  // Nothing is sent here, so there is nothing to forget.
  const copy = {
    sync: (sender: Sender, maxAgeMs: number) => puller.pull(sender, maxAgeMs).then(() => undefined),
    forget: () => undefined,
  };
  return new TemplateSubmissionsService(cloudApi, templates, new SubmittedTemplateRepository(dataSource), copy);
}
