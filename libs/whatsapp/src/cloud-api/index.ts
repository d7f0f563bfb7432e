export { CloudApiClient, type CloudApiClientOptions, type SentMessage } from './cloud-api.client.ts';
export {
  type CallOutcome,
  CloudApiError,
  CloudApiNotSentError,
  CloudApiRefusal,
  CloudApiUnknownOutcomeError,
} from './cloud-api.error.ts';
export type * from './cloud-api.types.ts';
export type { CloudApiAccount } from './cloud-api-account.ts';
export { adviceFor, type ErrorAdvice, type ReportedFailure } from './error-advice.ts';
export { type CatalogueEntry, ERROR_CATALOGUE, type ErrorClass, type ErrorScope } from './error-catalogue.ts';
export { EXAMPLE_TYPES } from './example-upload.ts';
export { type HttpAnswer, type HttpRequest, HttpTransport, HttpTransportError } from './http-transport.ts';
export type { DownloadedMedia } from './media-download.ts';
export type { MediaFile } from './media-form.ts';
export { nextAttemptDelayMs } from './retry-policy.ts';
export { signWebhook, verifyWebhookSignature } from './webhook-signature.ts';
