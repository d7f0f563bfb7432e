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
import { CreateSenders1795219200011 } from './1795219200011-create-senders.ts';
import { CreateContacts1795219200012 } from './1795219200012-create-contacts.ts';
import { CreateMediaTables1795219200014 } from './1795219200014-create-media-tables.ts';
import { CreateAccountEvents1795219200016 } from './1795219200016-create-account-events.ts';
import { CreateConversations1795219200018 } from './1795219200018-create-conversations.ts';
import { LightenContactsAndWebhookRounds1795219200019 } from './1795219200019-lighten-contacts-and-webhook-rounds.ts';
import { FollowTemplates1795219200021 } from './1795219200021-follow-templates.ts';
import { CreateTemplateKeys1795219200022 } from './1795219200022-create-template-keys.ts';
import { CountTemplateUses1795219200025 } from './1795219200025-count-template-uses.ts';
import { CreateTenants1795219200030 } from './1795219200030-create-tenants.ts';
import { LimitApiKeys1795219200031 } from './1795219200031-limit-api-keys.ts';
import { CreatePeopleAndSessions1795219200034 } from './1795219200034-create-people-and-sessions.ts';
import { GuardTheSignIn1795219200035 } from './1795219200035-guard-the-sign-in.ts';
import { CreateAuditEntries1795219200036 } from './1795219200036-create-audit-entries.ts';
import { KeepPricing1795219200038 } from './1795219200038-keep-pricing.ts';
import { CountMessages1795219200039 } from './1795219200039-count-messages.ts';
import { RemoveWhatIsPastItsTime1795219200040 } from './1795219200040-remove-what-is-past-its-time.ts';
import { ErasePeople1795219200041 } from './1795219200041-erase-people.ts';
import { WallTenantsOff1795219200042 } from './1795219200042-wall-tenants-off.ts';
import { QueueDeliveriesInGroups1795219200043 } from './1795219200043-queue-deliveries-in-groups.ts';
import { CountChangesWithLessWork1795219200044 } from './1795219200044-count-changes-with-less-work.ts';

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
  CreateSenders1795219200011,
  CreateContacts1795219200012,
  CreateMediaTables1795219200014,
  CreateAccountEvents1795219200016,
  CreateConversations1795219200018,
  LightenContactsAndWebhookRounds1795219200019,
  FollowTemplates1795219200021,
  CreateTemplateKeys1795219200022,
  CountTemplateUses1795219200025,
  CreateTenants1795219200030,
  LimitApiKeys1795219200031,
  CreatePeopleAndSessions1795219200034,
  GuardTheSignIn1795219200035,
  CreateAuditEntries1795219200036,
  KeepPricing1795219200038,
  CountMessages1795219200039,
  RemoveWhatIsPastItsTime1795219200040,
  ErasePeople1795219200041,
  WallTenantsOff1795219200042,
  QueueDeliveriesInGroups1795219200043,
  CountChangesWithLessWork1795219200044,
];
