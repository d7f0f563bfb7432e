import type { DataSource } from 'typeorm';

import { SystemClock } from '#common';
import {
  SubmittedTemplateRepository,
  TemplateKeyRepository,
  TemplateSyncRepository,
  WhatsAppTemplateRepository,
} from '#messages';

import type { CloudApiClient } from '../cloud-api/index.ts';
import { TemplatePuller } from './template.puller.ts';
import { TemplateCatalogueService } from './template-catalogue.service.ts';
import { TemplateKeysService } from './template-keys.service.ts';
import { TemplateSubmissionsService } from './template-submissions.service.ts';

/** The service without the application around it and what works in its background: for commands. */
export function standaloneSubmissions(dataSource: DataSource, cloudApi: CloudApiClient): TemplateSubmissionsService {
  const templates = new WhatsAppTemplateRepository(dataSource);
  const puller = new TemplatePuller(templates, new TemplateSyncRepository(dataSource), cloudApi);
  const keys = new TemplateKeysService(new TemplateKeyRepository(dataSource), templates);
  const catalogue = new TemplateCatalogueService(templates, puller, keys, new SystemClock());
  return new TemplateSubmissionsService(cloudApi, templates, new SubmittedTemplateRepository(dataSource), catalogue);
}
