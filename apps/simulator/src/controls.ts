import type { PhoneNumber } from './account.ts';
import { accountChange, type AccountNewsRequest } from './account-changes.ts';
import type { JsonObject } from './checks.ts';
import type { SimulatorLimits } from './defaults.ts';
import type { FaultRule } from './faults.ts';
import type { InboundRequest } from './inbox.ts';
import type { LedgerQuery, LedgerView } from './ledger.ts';
import type { RequestView } from './request-log.ts';
import { type NewTemplate, qualityScore, type Template } from './templates/template.ts';
import type { TemplateFields } from './templates/template-changes.ts';
import { deleteTemplate } from './templates/template-removal.ts';
import type { AgreedVerdict } from './templates/template-review.ts';
import type { WebhookAttempt, WebhookBehaviour } from './webhook-sender.ts';
import type { World } from './world.ts';

/** An attempt to deliver as it is shown; `body` is the text that was signed. */
export interface WebhookAttemptView extends Omit<WebhookAttempt, 'at' | 'body'> {
  at: string;
  body: string;
}

export interface NamedTemplateFields extends TemplateFields {
  name: string;
  language: string;
}

/** What a test or a demo may see and change; `/_simulator` offers the same over HTTP. */
export class Controls {
  constructor(protected readonly world: World) {}

  /** Accepted sends, oldest first. */
  ledger(query: LedgerQuery = {}): LedgerView[] {
    return this.world.ledger.view(query);
  }

  /** Every POST to …/messages, also refused ones, oldest first. */
  requests(limit = 1_000): RequestView[] {
    return this.world.requests.newest(limit);
  }

  /** Every POST to the webhook URL and its answer, oldest first. */
  webhookAttempts(limit = 1_000): WebhookAttemptView[] {
    const attempts = this.world.webhooks.attempts.newest(limit);
    return attempts.map((one) => ({ ...one, at: new Date(one.at).toISOString(), body: one.body.toString('latin1') }));
  }

  counts(): { accepted: number; requests: number; webhook_attempts: number; under_way: number } {
    const { ledger, requests, webhooks, idleness } = this.world;
    return {
      accepted: ledger.accepted,
      requests: requests.count,
      webhook_attempts: webhooks.attempts.count,
      under_way: idleness.running,
    };
  }

  addFault(rule: FaultRule): void {
    this.world.faults.add(rule);
  }

  clearFaults(): void {
    this.world.faults.clear();
  }

  setLimits(limits: Partial<SimulatorLimits>): SimulatorLimits {
    this.world.limits.reset({ ...this.world.limits.settings, ...limits });
    return this.world.limits.settings;
  }

  setWebhook(behaviour: Partial<WebhookBehaviour>): WebhookBehaviour {
    this.world.webhooks.behaviour = { ...this.world.webhooks.behaviour, ...behaviour };
    return this.world.webhooks.behaviour;
  }

  /**
   * A customer writes. @returns the wamid
   * @throws GraphError when there is no such sending number
   */
  sendInbound(request: InboundRequest): string {
    const { wamid, delivered } = this.world.inbox.receive(request);
    this.world.idleness.watch(delivered);
    return wamid;
  }

  /** The next URLs of files are given out past their five minutes. */
  expireNextMediaUrls(count: number): void {
    this.world.media.expireNextUrls(count);
  }

  /** The file has other bytes from now on than what is said of it. @returns false when it is not known */
  replaceMediaBytes(id: string, bytes: Buffer): boolean {
    return this.world.media.replaceBytes(id, bytes);
  }

  /** One status of an accepted message, whatever came before. @returns false when the message is not known */
  sendStatus(message: { wamid?: string; opaque?: string }, status: string, errorCode?: number): boolean {
    const entry = this.world.ledger.find(message);
    if (entry) this.world.idleness.watch(this.world.playback.send(entry, status, errorCode));
    return entry !== undefined;
  }

  /** Adds a template, or changes one; what changes is told by webhook, as at Meta. */
  setTemplate(name: string, language: string, fields: TemplateFields): Template {
    const present = this.world.templates.find(name, language);
    if (!present) return this.#addTemplate({ ...fields, name, language });
    this.world.idleness.watch(this.world.templateChanges.apply(present, fields));
    return present;
  }

  /** Adds many at once and tells nobody. */
  addTemplates(templates: NamedTemplateFields[]): Template[] {
    return templates.map((template) => this.#addTemplate(template));
  }

  /** Somebody deletes it in Meta's own pages. @returns false when there is none */
  deleteTemplate(name: string, language: string): boolean {
    const template = this.world.templates.find(name, language);
    if (template) deleteTemplate(this.world, template);
    return template !== undefined;
  }

  /** How the next review ends, of the template where one is named. */
  agreeOnReview(verdict: AgreedVerdict): void {
    this.world.templateReview.agree(verdict);
  }

  /** What takes days in the account, such as the blocking of a name, is over that much sooner. */
  putClockAhead(ms: number): void {
    this.world.clock.putAhead(ms);
  }

  /** News of the account, of its numbers or its templates; what this simulator holds of them stays as it is. */
  sendAccountNews(request: AccountNewsRequest): void {
    const { account, webhooks, idleness } = this.world;
    idleness.watch(webhooks.deliver(accountChange(account, request)));
  }

  /** Adds a sending number to the account, or changes one. */
  setPhoneNumber(id: string, fields: JsonObject): PhoneNumber {
    return this.world.account.setNumber(id, fields);
  }

  /** As freshly started; statuses and webhooks under way are called off. */
  reset(): void {
    this.world.reset();
  }

  /** @throws Error when statuses or webhooks are still under way after `timeoutMs` */
  waitForIdle(timeoutMs = 10_000): Promise<void> {
    return this.world.idleness.wait(timeoutMs);
  }

  #addTemplate(fields: NamedTemplateFields): Template {
    return this.world.templates.add(newTemplate(fields));
  }
}

/** What is only said in webhooks is nothing of the template. */
function newTemplate({
  quality_score,
  other_info: _other,
  rejection_info: _rejection,
  disable_info: _disabled,
  ...fields
}: NamedTemplateFields): NewTemplate {
  const components = [{ type: 'BODY', text: `Template ${fields.name}.` }];
  const quality = quality_score !== undefined && { quality_score: qualityScore(quality_score, Date.now()) };
  return { status: 'APPROVED', category: 'UTILITY', components, ...quality, ...fields };
}
