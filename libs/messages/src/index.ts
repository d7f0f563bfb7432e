export { advance, type DeliveryProgress, type DeliveryReport } from './delivery-progress.ts';
export { DeliveryStatusService, type StatusEvent } from './delivery-status.service.ts';
export {
  canMove,
  DELIVERY_STATUSES,
  type DeliveryStatus,
  isAnswered,
  PENDING_REASONS,
  type PendingReason,
  type ReportedStatus,
} from './delivery-status.ts';
export { type AttemptOutcome, MessageAttempt } from './entities/message-attempt.entity.ts';
export { MessageEvent, type MessageEventSource, type MessageEventType } from './entities/message-event.entity.ts';
export { SetAsideItem, type SetAsideReason } from './entities/set-aside-item.entity.ts';
export { WebhookDelivery } from './entities/webhook-delivery.entity.ts';
export { type MessageDirection, type MessageError, WhatsAppMessage } from './entities/whatsapp-message.entity.ts';
export { WhatsAppTemplate } from './entities/whatsapp-template.entity.ts';
export { MESSAGE_TYPES, messageTypeOf, type WhatsAppMessageType } from './message-type.ts';
export { MessagesModule } from './messages.module.ts';
export { type AttemptResult, type OutboxMessage, OutboxRepository } from './outbox.repository.ts';
export { type SetAside, WebhookDeliveryRepository } from './webhook-delivery.repository.ts';
export {
  type Alongside,
  type MessageFilter,
  type NewMessage,
  WhatsAppMessageRepository,
} from './whatsapp-message.repository.ts';
export { type ListedTemplate, WhatsAppTemplateRepository } from './whatsapp-template.repository.ts';
