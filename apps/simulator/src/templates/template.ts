import type { JsonObject } from '../checks.ts';

export type ParameterFormat = 'POSITIONAL' | 'NAMED';

/** A message template as `GET /{waba}/message_templates` shows it. */
export interface Template {
  id: string;
  name: string;
  language: string;
  status: string;
  category: string;
  parameter_format: ParameterFormat;
  /** Replaced as a whole by an edit, never changed inside. */
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
  limited_time_offer?: { text: string; has_expiration?: boolean };
  /** Of the body and the footer of an authentication template. */
  add_security_recommendation?: boolean;
  code_expiration_minutes?: number;
  example?: JsonObject;
}

export interface TemplateButton {
  type: string;
  text?: string;
  url?: string;
  phone_number?: string;
  example?: string | string[];
}

export type NewTemplate = Pick<Template, 'name' | 'language' | 'category' | 'components'> & Partial<Template>;

/** A score alone will do; it is of now. */
export function qualityScore(
  given: string | { score: string; date?: number },
  nowMs: number,
): Template['quality_score'] {
  const date = Math.floor(nowMs / 1000);
  return typeof given === 'string' ? { score: given, date } : { date, ...given };
}

const PLACEHOLDER = /\{\{\s*(\w+)\s*\}\}/g;

/** Distinct placeholders of a text, in order: `{{1}}` or `{{customer_name}}`, without the braces. */
export function placeholdersOf(text: string): string[] {
  return [...new Set([...text.matchAll(PLACEHOLDER)].map((match) => match[1] as string))];
}

/** The text with every placeholder replaced by what `valueOf` says of it. */
export function replacePlaceholders(text: string, valueOf: (place: string) => string): string {
  return text.replace(PLACEHOLDER, (_, place: string) => valueOf(place));
}

export function componentOf(components: TemplateComponent[], type: string): TemplateComponent | undefined {
  return components.find((one) => one.type === type);
}
