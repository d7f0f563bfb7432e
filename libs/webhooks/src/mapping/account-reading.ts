import type { TemplateChange } from '#messages';
import type { SendingNews } from '#whatsapp';

import { type JsonObject, textOf, timeOf } from '../json.ts';

export interface TemplateRef {
  name: string;
  language: string;
}

/** Meta's word on one aspect of an account, a number or a template; the newest word on it counts. */
export interface ToldState {
  /** `account`, `number/+34612345678` or `template/name/language`. */
  subject: string;
  aspect: string;
  value: Record<string, unknown>;
  /** What follows for our copy of the template. */
  template?: TemplateChange;
  /** What follows for messages that wait. */
  sending?: SendingNews;
  /** What it changes, in words. */
  says: string;
}

/** What an event says, as far as this code understands it. */
export interface AccountReading {
  /** Meta's word for what happened. */
  event?: string | undefined;
  phoneNumber?: string | undefined;
  template?: TemplateRef | undefined;
  /** What happened and what to do. */
  summary: string;
  /** `error`: somebody must act now. */
  level?: 'info' | 'warn' | 'error';
  states?: ToldState[];
  /** It says less than Meta's list of templates does. */
  asksForSync?: boolean;
}

export type AccountReader = (value: JsonObject) => AccountReading;

/** As long as a word or a name of Meta's ever is; what is longer is cut. */
const LONGEST = 512;

export function wordOf(value: unknown): string | undefined {
  return textOf(value)?.slice(0, LONGEST);
}

/** `: why`, where it is told. */
export function because(...reasons: unknown[]): string {
  const told = reasons.map(wordOf).filter((reason) => reason !== undefined && reason !== 'NONE');
  return told.length > 0 ? `: ${told.join(', ')}` : '';
}

/** Unix seconds, ISO 8601, or English text such as `January 31, 2021`. */
export function dateOf(value: unknown): Date | undefined {
  const seconds = timeOf(value);
  if (seconds) return seconds;
  const text = wordOf(value);
  if (text === undefined || /^[\d.+-]*$/.test(text)) return undefined;
  const time = new Date(/\d{4}-|Z$|[+-]\d\d:?\d\d$/.test(text) ? text : `${text} UTC`);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

export function templateOf(value: JsonObject): TemplateRef | undefined {
  const name = wordOf(value.message_template_name);
  const language = wordOf(value.message_template_language);
  return name && language ? { name, language } : undefined;
}

/** Without the aspects that Meta did not tell. */
export function told(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined));
}
