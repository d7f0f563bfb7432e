import { graphObjectId } from '../ids.ts';
import { SEED_TEMPLATES } from './seed-templates.ts';
import { type NewTemplate, qualityScore, type Template } from './template.ts';

const NAME_BLOCKED_MS = 30 * 24 * 60 * 60 * 1000;

/** The templates of the account, in the order they were made. */
export class TemplateStore {
  readonly #byId = new Map<string, Template>();
  readonly #byKey = new Map<string, Template>();
  /** Until when a name cannot be used again in its language, in milliseconds since 1970. */
  readonly #blockedUntil = new Map<string, number>();

  constructor() {
    this.reset();
  }

  reset(): void {
    this.#byId.clear();
    this.#byKey.clear();
    this.#blockedUntil.clear();
    for (const template of SEED_TEMPLATES) this.add(template);
  }

  get count(): number {
    return this.#byId.size;
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
      quality_score: qualityScore('UNKNOWN', Date.now()),
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

  /** For thirty days nobody may make a template of this name and language. */
  blockName({ name, language }: Template, now: number): void {
    this.#blockedUntil.set(keyOf(name, language), now + NAME_BLOCKED_MS);
  }

  isNameBlocked(name: string, language: string, now: number): boolean {
    return now < (this.#blockedUntil.get(keyOf(name, language)) ?? -Infinity);
  }
}

function keyOf(name: string, language: string): string {
  return `${name}|${language}`;
}
