export {
  type AccountEventFilter,
  AccountEventRepository,
  type ListedAccountEvent,
  type NewAccountEvent,
} from './account-event.repository.ts';
export { AccountStateRepository } from './account-state.repository.ts';
export { amendContent, type Amendment } from './amended-content.ts';
export { type AttemptRef, readAttemptRef, writeAttemptRef } from './attempt-ref.ts';
export { type ContactFilter, ContactRepository } from './contact.repository.ts';
export { CONTACT_ATTRIBUTES, type ContactAttribute, hasLeft, type SeenAddress, type Sighting } from './contact-book.ts';
export {
  type ConversationFilter,
  ConversationRepository,
  type ConversationWindow,
  type InboundNote,
  type PersonConversation,
  windowAt,
} from './conversation.repository.ts';
export { advance, type DeliveryProgress, type DeliveryReport } from './delivery-progress.ts';
export { DeliveryStatusRepository } from './delivery-status.repository.ts';
export { DeliveryStatusService, type StatusEvent, type StatusTarget } from './delivery-status.service.ts';
export {
  canMove,
  DELIVERY_STATUSES,
  type DeliveryStatus,
  isAnswered,
  PENDING_REASONS,
  type PendingReason,
  type ReportedStatus,
} from './delivery-status.ts';
export { AccountEvent } from './entities/account-event.entity.ts';
export { AccountState } from './entities/account-state.entity.ts';
export { type AddressKind, ContactAddress, KnownContact, type MarketingChoice } from './entities/contact.entity.ts';
export { Conversation, HeardNumber } from './entities/conversation.entity.ts';
export { ErasedAddress, Erasure, KeptRefusal } from './entities/erasure.entity.ts';
export { MessageBatch } from './entities/message-batch.entity.ts';
export { MessageEvent, type MessageEventSource, type MessageEventType } from './entities/message-event.entity.ts';
export { MessageFallback } from './entities/message-fallback.entity.ts';
export { RetentionWalk } from './entities/retention-walk.entity.ts';
export { HOLD_SCOPES, type HoldScope, SendHold } from './entities/send-hold.entity.ts';
export { SenderPace } from './entities/sender-pace.entity.ts';
export { SET_ASIDE_REASONS, SetAsideItem, type SetAsideReason } from './entities/set-aside-item.entity.ts';
export { StatisticsChange, StatisticsCount } from './entities/statistics.entity.ts';
export { TemplateKey } from './entities/template-key.entity.ts';
export { TemplateSync } from './entities/template-sync.entity.ts';
export { TemplateUse } from './entities/template-use.entity.ts';
export { QueuedDeliveries, WebhookDelivery } from './entities/webhook-delivery.entity.ts';
export { WebhookListener, WebhookWitness } from './entities/webhook-listener.entity.ts';
export {
  type MessageDirection,
  type MessageError,
  type MessagePricing,
  WhatsAppMessage,
} from './entities/whatsapp-message.entity.ts';
export { WhatsAppTemplate } from './entities/whatsapp-template.entity.ts';
export {
  erasedKey,
  ErasedPeople,
  type InTouchWith,
  isErasedKey,
  type KnownErasure,
  mentionsOf,
} from './erasure/erased-people.ts';
export { ErasureRepository, type ErasureStep, type RunningErasure } from './erasure/erasure.repository.ts';
export { MentionRepository } from './erasure/mention.repository.ts';
export { type Person, PersonRepository } from './erasure/person.repository.ts';
export { type BatchProgress, MessageBatchRepository } from './message-batch.repository.ts';
export { type Decided, MessageDecisionRepository } from './message-decision.repository.ts';
export { type Fallback, storeFallbacks } from './message-fallbacks.ts';
export { MESSAGE_TYPES, messageTypeOf, type WhatsAppMessageType } from './message-type.ts';
export { MessagesModule } from './messages.module.ts';
export { OutboxCareRepository } from './outbox.care.repository.ts';
export {
  type AttemptOutcome,
  type AttemptResult,
  type ClaimRequest,
  type Contact,
  type OutboxMessage,
  OutboxRepository,
} from './outbox.repository.ts';
export type { PendingMessage } from './pending-message.ts';
export { RetentionRepository } from './retention.repository.ts';
export { type NewHold, type OpenHold, type Scope, SendHoldRepository, type ToldHold } from './send-hold.repository.ts';
export { type Permits, SenderPaceRepository } from './sender-pace.repository.ts';
export { endOfDay, type Span } from './statistics/count-spans.ts';
export {
  type ConversationCount,
  type Counts,
  DeliveryStatisticsView,
  type FailureCount,
  type PricedCount,
  type StatisticsFilter,
  type TemplateCounts,
} from './statistics/delivery-statistics.view.ts';
export { LATENCIES, type Latency, type Percentiles, percentilesOf } from './statistics/latency-percentiles.ts';
export { type Difference, StatisticsCountRepository } from './statistics/statistics-count.repository.ts';
export { SubmittedTemplateRepository } from './submitted-template.repository.ts';
export { type KeyOwner, type KeyTarget, TemplateKeyRepository } from './template-key.repository.ts';
export { type TemplateFilter, TemplateListView } from './template-list.view.ts';
export { type SyncTurn, TemplateSyncRepository } from './template-sync.repository.ts';
export { type NumberOfAccount, TemplateUseRepository } from './template-use.repository.ts';
export {
  type AmendmentLine,
  type Counterpart,
  type InTouch,
  type Original,
  type ToldMessage,
  ToldMessageRepository,
} from './told-message.repository.ts';
export {
  type ArchivedDelivery,
  type ArchiveFilter,
  DELIVERY_STATES,
  type DeliveryState,
  WebhookArchiveRepository,
} from './webhook-archive.repository.ts';
export { type SetAside, type StoredDelivery, WebhookDeliveryRepository } from './webhook-delivery.repository.ts';
export { WebhookListenerRepository } from './webhook-listener.repository.ts';
export { type Alongside, type MessageFilter, WhatsAppMessageRepository } from './whatsapp-message.repository.ts';
export {
  type ListedTemplate,
  type TemplateChange,
  type ToldTemplate,
  WhatsAppTemplateRepository,
} from './whatsapp-template.repository.ts';
