export * from './cloud-api/index.ts';
export { MetaSyncJob } from './meta-sync.job.ts';
export { MESSAGE_TYPES, renderBody } from './payloads/index.ts';
export { type FreeTier, freeTierAt } from './pricing/free-tiers.ts';
export { isCharged } from './pricing/is-charged.ts';
export { explainErrorCode } from './sending/error-explanation.ts';
export { OutboxPoller } from './sending/outbox.poller.ts';
export { SendHoldsService } from './sending/send-holds.service.ts';
export { PRIORITIES, type Priority, type SendRequest } from './sending/send-request.ts';
export { type SendingNews, ToldHoldsService, type ToldNews } from './sending/told-holds.service.ts';
export {
  type BulkItem,
  type BulkReceipt,
  type BulkResult,
  type SendOptions,
  WhatsAppBusinessService,
  type WhatsAppHealth,
} from './sending/whatsapp-business.service.ts';
export {
  type HeaderFile,
  headerFilesOf,
  type PresentTemplate,
  type Read,
  readNewTemplate,
  readTemplateChanges,
} from './templates/creation/index.ts';
export { placeholders } from './templates/placeholders.ts';
export { standaloneSubmissions } from './templates/standalone-submissions.ts';
export { TemplateCatalogueService } from './templates/template-catalogue.service.ts';
export { type KeyChoice, TemplateKeysService } from './templates/template-keys.service.ts';
export {
  type PreviewRequest,
  type TemplatePreview,
  TemplatePreviewService,
} from './templates/template-preview.service.ts';
export { type ProbedTemplate, TemplateProbe } from './templates/template-probe.service.ts';
export {
  type RenderedButton,
  type RenderedCard,
  type RenderedHeader,
  type RenderedTemplate,
  renderTemplate,
} from './templates/template-rendering.ts';
export { templateNotFound, TemplateSubmissionsService } from './templates/template-submissions.service.ts';
export { WhatsAppModule } from './whatsapp.module.ts';
export { type TemplateNotification, WhatsAppService } from './whatsapp.service.ts';
