import type { Idleness } from '../idleness.ts';
import type { Pauses } from '../pauses.ts';
import { type Verdict, verdictOn } from './review-rules.ts';
import type { Template } from './template.ts';
import type { TemplateChanges } from './template-changes.ts';

/** How one of the next reviews is to end. */
export interface AgreedVerdict extends Verdict {
  /** Of the template it is for; any when left out. */
  name?: string;
  /** How long the review takes; as configured when left out. */
  delay_ms?: number;
}

/** Meta's review desk: says after a while what becomes of a new or edited template. */
export class TemplateReview {
  #agreed: AgreedVerdict[] = [];
  /** A template that is handed in again is judged by its last review only. */
  readonly #latest = new WeakMap<Template, AgreedVerdict>();

  constructor(
    private readonly usualDelayMs: number,
    private readonly changes: TemplateChanges,
    private readonly pauses: Pauses,
    private readonly idleness: Idleness,
  ) {}

  /** The next review, of the template where one is named, ends like this. */
  agree(verdict: AgreedVerdict): void {
    this.#agreed.push(verdict);
  }

  /** The template is PENDING until the desk has looked at it. */
  submit(template: Template): void {
    const verdict = { ...(this.#takeAgreed(template) ?? verdictOn(template)) };
    this.#latest.set(template, verdict);
    this.idleness.watch(this.#conclude(template, verdict)); // PENDING changes nothing, so nothing is told
  }

  reset(): void {
    this.#agreed = [];
  }

  #takeAgreed({ name }: Template): AgreedVerdict | undefined {
    const place = this.#agreed.findIndex((one) => one.name === undefined || one.name === name);
    return place < 0 ? undefined : this.#agreed.splice(place, 1)[0];
  }

  async #conclude(template: Template, verdict: AgreedVerdict): Promise<void> {
    const { verdict: status, reason = 'INVALID_FORMAT', rejection_info, delay_ms = this.usualDelayMs } = verdict;
    if (!(await this.pauses.wait(delay_ms))) return;
    if (template.status !== 'PENDING' || this.#latest.get(template) !== verdict) return;
    const rejection = status === 'REJECTED' && { rejected_reason: reason, ...(rejection_info && { rejection_info }) };
    await this.changes.apply(template, { status, ...rejection });
  }
}
