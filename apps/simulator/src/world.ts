import { Account } from './account.ts';
import { Clock } from './clock.ts';
import { Contacts } from './contacts.ts';
import type { SimulatorOptions } from './defaults.ts';
import { Faults } from './faults.ts';
import { Idleness } from './idleness.ts';
import { Inbox } from './inbox.ts';
import { Ledger } from './ledger.ts';
import { Limits } from './limits.ts';
import { MagicRecipients } from './magic-recipients.ts';
import { MediaStore } from './media-store.ts';
import { Pauses } from './pauses.ts';
import { RequestLog } from './request-log.ts';
import { StatusPlayback } from './status-playback.ts';
import { CreationRate } from './templates/creation/creation-rate.ts';
import { TemplateChanges } from './templates/template-changes.ts';
import { TemplateEdits } from './templates/template-edits.ts';
import { TemplateReview } from './templates/template-review.ts';
import { TemplateStore } from './templates/template-store.ts';
import { UploadStore } from './templates/upload-store.ts';
import { WebhookSender } from './webhook-sender.ts';

/** Everything the simulator knows and does behind its HTTP doors. */
export class World {
  readonly account: Account;
  readonly contacts = new Contacts();
  readonly clock = new Clock();
  readonly templates = new TemplateStore();
  readonly creationRate = new CreationRate();
  readonly uploads = new UploadStore();
  readonly media = new MediaStore();
  readonly ledger: Ledger;
  readonly requests = new RequestLog();
  readonly faults = new Faults();
  readonly limits: Limits;
  readonly magic = new MagicRecipients();
  readonly pauses = new Pauses();
  readonly idleness = new Idleness();
  readonly webhooks: WebhookSender;
  readonly playback: StatusPlayback;
  readonly inbox: Inbox;
  readonly templateChanges: TemplateChanges;
  readonly templateEdits: TemplateEdits;
  readonly templateReview: TemplateReview;

  constructor(readonly options: SimulatorOptions) {
    this.account = new Account(options);
    this.ledger = new Ledger(options.ledgerSize);
    this.limits = new Limits(options.limits);
    this.webhooks = new WebhookSender(options, this.account, this.pauses);
    const nameOf = (waId: string | undefined): string => this.contacts.nameOf(waId);
    this.playback = new StatusPlayback(options, this.account, this.webhooks, this.pauses, nameOf);
    this.inbox = new Inbox(this.account, this.contacts, this.webhooks, this.media);
    const { clock, idleness, pauses, uploads } = this;
    this.templateChanges = new TemplateChanges(this.webhooks, idleness, clock);
    this.templateEdits = new TemplateEdits(uploads, clock);
    this.templateReview = new TemplateReview(options.templateReviewMs, this.templateChanges, pauses, idleness);
  }

  /** As at the start; what is under way is called off. */
  reset(): void {
    this.pauses.callOff();
    for (const part of [this.ledger, this.requests, this.faults]) part.clear();
    for (const part of [
      this.account,
      this.contacts,
      this.clock,
      this.templates,
      this.creationRate,
      this.uploads,
      this.templateReview,
      this.media,
      this.magic,
      this.inbox,
      this.webhooks,
    ]) {
      part.reset();
    }
    this.limits.reset(this.options.limits);
  }
}
