import type { JsonObject } from './checks.ts';
import { graphObjectId } from './ids.ts';
import { SEED_TEMPLATES } from './seed-templates.ts';

/** A message template as `GET /{waba}/message_templates` shows it. */
export interface Template {
  id: string;
  name: string;
  language: string;
  status: string;
  category: string;
  parameter_format: 'POSITIONAL' | 'NAMED';
  components: TemplateComponent[];
  rejected_reason: string;
  quality_score: { score: string; date: number };
  [field: string]: unknown;
}

export interface TemplateComponent {
  /** `HEADER`, `BODY`, `FOOTER`, `BUTTONS`, `CAROUSEL`, … */
  type: string;
  format?: string;
  text?: string;
  buttons?: TemplateButton[];
  cards?: { components: TemplateComponent[] }[];
  example?: JsonObject;
}

export interface TemplateButton {
  type: string;
  text?: string;
  url?: string;
}

export type NewTemplate = Pick<Template, 'name' | 'language' | 'category' | 'components'> & Partial<Template>;

/** The templates of the account, in the order they were made. */
export class TemplateStore {
  readonly #byId = new Map<string, Template>();
  readonly #byKey = new Map<string, Template>();

  constructor() {
    this.reset();
  }

  reset(): void {
    this.#byId.clear();
    this.#byKey.clear();
    for (const template of SEED_TEMPLATES) this.add(template);
  }

  all(): Template[] {
    return [...this.#byId.values()];
  }

  find(name: string, language: string): Template | undefined {
    return this.#byKey.get(keyOf(name, language));
  }

  findById(id: string): Template | undefined {
    return this.#byId.get(id);
  }

  add(template: NewTemplate): Template {
    const added: Template = {
      id: graphObjectId(),
      status: 'PENDING',
      parameter_format: 'POSITIONAL',
      rejected_reason: 'NONE',
      quality_score: { score: 'UNKNOWN', date: Math.floor(Date.now() / 1000) },
      ...structuredClone(template),
    };
    this.#byId.set(added.id, added);
    this.#byKey.set(keyOf(added.name, added.language), added);
    return added;
  }

  delete(template: Template): void {
    this.#byId.delete(template.id);
    this.#byKey.delete(keyOf(template.name, template.language));
  }
}

/** Distinct placeholders of a text, in order: `{{1}}` or `{{customer_name}}`, without the braces. */
export function placeholdersOf(text: string): string[] {
  return [...new Set([...text.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map((match) => match[1] as string))];
}

function keyOf(name: string, language: string): string {
  return `${name}|${language}`;
}
