import { type JsonObject, object } from '../checks.ts';
import type { Clock } from '../clock.ts';
import { categoryOf } from './creation/category-rules.ts';
import { readComponents } from './creation/components.ts';
import { EDITABLE } from './creation/new-template.ts';
import { asGraphFaults, refused } from './creation/refusals.ts';
import { checkTimeToLive } from './creation/time-to-live.ts';
import type { Template } from './template.ts';
import type { TemplateFields } from './template-changes.ts';
import type { UploadStore } from './upload-store.ts';

const EDITABLE_STATUSES = ['APPROVED', 'REJECTED', 'PAUSED'];
const DAY_MS = 24 * 60 * 60 * 1000;
/** Of an approved template: this many edits in this time. */
const LIMITS = [
  { edits: 1, withinMs: DAY_MS, words: 'once in 24 hours' },
  { edits: 10, withinMs: 30 * DAY_MS, words: '10 times in 30 days' },
];

/** Name and language may come along, as in Meta's own example; they change nothing. */
const edit = object({}, { ...EDITABLE, name: () => undefined, language: () => undefined });

/** What may be edited of a template, and how often. */
export class TemplateEdits {
  /** When each approved template was edited, in milliseconds since 1970. */
  readonly #editedAt = new WeakMap<Template, number[]>();

  constructor(
    private readonly uploads: UploadStore,
    private readonly clock: Clock,
  ) {}

  /**
   * @returns the fields that change
   * @throws GraphError 100, with Meta's subcode where the fault has one
   */
  read(template: Template, body: JsonObject): TemplateFields {
    asGraphFaults(() => edit(body, ''));
    if (!EDITABLE_STATUSES.includes(template.status)) {
      throw notEditable(`A template in status ${template.status} cannot be edited.`);
    }
    const { name: _name, language: _language, ...fields } = body as TemplateFields;
    const { category = template.category, components, message_send_ttl_seconds } = fields;
    if (template.status === 'APPROVED' && category !== template.category) {
      throw refused('Invalid category', 'The category of an approved template cannot be edited.');
    }
    checkTimeToLive(category, message_send_ttl_seconds);
    const draft = { category, format: template.parameter_format, components: components ?? [] };
    const read = components && readComponents(draft, this.uploads);
    if (template.status === 'APPROVED') this.#countEdit(template);
    return { ...fields, ...(read && { components: read, category: categoryOf(category, read) }) };
  }

  #countEdit(template: Template): void {
    const now = this.clock.now();
    const editedAt = this.#editedAt.get(template) ?? [];
    const reached = LIMITS.find(({ edits, withinMs }) => editedAt.filter((at) => now - at < withinMs).length >= edits);
    if (reached) throw notEditable(`An approved template can be edited ${reached.words}.`);
    this.#editedAt.set(template, [...editedAt, now]);
  }
}

function notEditable(message: string): ReturnType<typeof refused> {
  return refused('Template cannot be edited', message, 'notEditable');
}
