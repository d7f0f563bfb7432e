import { CreateMessageTables1795219200001 } from './1795219200001-create-message-tables.ts';
import { CreateTemplateRegistry1795219200002 } from './1795219200002-create-template-registry.ts';
import { CreateWebhookTables1795219200003 } from './1795219200003-create-webhook-tables.ts';
import { CreatePoEventTables1795219200004 } from './1795219200004-create-po-event-tables.ts';
import { CreateAccessTables1795219200005 } from './1795219200005-create-access-tables.ts';
import { MakeTheClaimTheFence1795219200006 } from './1795219200006-make-the-claim-the-fence.ts';
import { QueueWebhookDeliveries1795219200007 } from './1795219200007-queue-webhook-deliveries.ts';
import { CreateSendingLimits1795219200008 } from './1795219200008-create-sending-limits.ts';
import { CreateMessageBatches1795219200009 } from './1795219200009-create-message-batches.ts';
import { NarrowTheExpiryIndex1795219200010 } from './1795219200010-narrow-the-expiry-index.ts';
import { CreateContacts1795219200012 } from './1795219200012-create-contacts.ts';

/** In the order they run. Append only: what has run somewhere is never edited. */
export const migrations = [
  CreateMessageTables1795219200001,
  CreateTemplateRegistry1795219200002,
  CreateWebhookTables1795219200003,
  CreatePoEventTables1795219200004,
  CreateAccessTables1795219200005,
  MakeTheClaimTheFence1795219200006,
  QueueWebhookDeliveries1795219200007,
  CreateSendingLimits1795219200008,
  CreateMessageBatches1795219200009,
  NarrowTheExpiryIndex1795219200010,
  CreateContacts1795219200012,
];
