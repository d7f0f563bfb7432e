import type { JsonObject } from './checks.ts';

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

/** Distinct placeholders of a text, in order: `{{1}}` or `{{customer_name}}`, without the braces. */
export function placeholdersOf(text: string): string[] {
  return [...new Set([...text.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map((match) => match[1] as string))];
}
