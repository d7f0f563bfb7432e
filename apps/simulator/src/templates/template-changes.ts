import type { Clock } from '../clock.ts';
import type { Idleness } from '../idleness.ts';
import type { Change } from '../webhook-body.ts';
import type { WebhookSender } from '../webhook-sender.ts';
import { type ParameterFormat, qualityScore, type Template, type TemplateComponent } from './template.ts';
import { type NewsDetails, newsOf, statusNews } from './template-news.ts';

/** What can be changed of a template from outside, and what the webhooks say beside it. */
export interface TemplateFields extends NewsDetails {
  status?: string;
  category?: string;
  /** The category it will have a day from now. */
  correct_category?: string;
  components?: TemplateComponent[];
  parameter_format?: ParameterFormat;
  rejected_reason?: string;
  /** The score alone will do. */
  quality_score?: string | { score: string; date?: number };
  [field: string]: unknown;
}

const PAUSES = [
  { title: 'FIRST_PAUSE', description: 'Paused for three hours because of low quality.' },
  { title: 'SECOND_PAUSE', description: 'Paused for six hours because of low quality.' },
];
const RATE_LIMITING_PAUSE = { title: 'RATE_LIMITING_PAUSE', description: 'Paused while its quality is assessed.' };

/** Changes templates and tells of it by webhook, as Meta does. */
export class TemplateChanges {
  readonly #pauses = new WeakMap<Template, number>();

  constructor(
    private readonly webhooks: WebhookSender,
    private readonly idleness: Idleness,
    private readonly clock: Clock,
  ) {}

  /** Changes the fields and tells of each that Meta tells of. Resolves once that was taken or given up. */
  apply(template: Template, { other_info, rejection_info, disable_info, ...fields }: TemplateFields): Promise<unknown> {
    const before = { ...template };
    const { id, name, language } = template;
    Object.assign(template, fields, { id, name, language, quality_score: this.#qualityOf(before, fields) });
    if (template.category !== before.category) {
      template.previous_category = before.category;
      delete template.correct_category; // it has become so
    }
    if (template.status === 'APPROVED') template.rejected_reason = 'NONE';
    const details = {
      ...this.#detailsOf(before, template),
      ...(other_info && { other_info }),
      ...(rejection_info && { rejection_info }),
      ...(disable_info && { disable_info }),
    };
    return this.#tell(newsOf(before, template, details));
  }

  /** Tells of the status as it is. */
  tellStatus(template: Template): Promise<unknown> {
    return this.#tell([statusNews(template)]);
  }

  #qualityOf(before: Template, { quality_score: given }: TemplateFields): Template['quality_score'] {
    return given === undefined ? before.quality_score : qualityScore(given, this.clock.now());
  }

  #detailsOf(before: Template, after: Template): NewsDetails {
    if (after.status === before.status) return {};
    if (after.status === 'DISABLED') {
      const other_info = { title: 'DISABLED', description: 'Disabled because of low quality again and again.' };
      return { other_info, disable_info: { disable_date: Math.floor(this.clock.now() / 1000) } };
    }
    if (after.status === 'PAUSED') return { other_info: this.#nextPauseOf(after) };
    const isUnpaused = before.status === 'PAUSED' && after.status === 'APPROVED';
    return isUnpaused ? { other_info: { title: 'UNPAUSE', description: 'Not paused any more.' } } : {};
  }

  #nextPauseOf(template: Template): NewsDetails['other_info'] {
    const pauses = this.#pauses.get(template) ?? 0;
    this.#pauses.set(template, pauses + 1);
    return PAUSES[pauses] ?? RATE_LIMITING_PAUSE;
  }

  /** One after the other, so that they arrive in this order. */
  #tell(news: Change[]): Promise<unknown> {
    const told = news.reduce<Promise<unknown>>(
      (before, change) => before.then(() => this.webhooks.deliver(change)),
      Promise.resolve(),
    );
    this.idleness.watch(told);
    return told;
  }
}
