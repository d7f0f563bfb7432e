import type { JsonObject } from '../checks.ts';
import type { Change } from '../webhook-body.ts';
import { componentOf, type Template, type TemplateButton } from './template.ts';

/** What a webhook says beyond the template itself: why, and what to do. */
export interface NewsDetails {
  other_info?: { title: string; description: string };
  rejection_info?: { reason: string; recommendation: string };
  disable_info?: { disable_date: number };
}

/** The webhooks of a change, in the order Meta's reasons for them come about. */
export function newsOf(before: Template, after: Template, details: NewsDetails = {}): Change[] {
  const news: Change[] = [];
  if (before.components !== after.components) news.push(componentsNews(after));
  if (before.category !== after.category) news.push(categoryNews(before, after));
  if (after.correct_category !== undefined && before.correct_category !== after.correct_category) {
    news.push(plannedCategoryNews(after));
  }
  if (before.quality_score.score !== after.quality_score.score) news.push(qualityNews(before, after));
  if (before.status !== after.status) news.push(statusNews(after, { event: eventOf(before, after), details }));
  return news;
}

/** A template was approved, paused, rejected… */
export function statusNews(
  template: Template,
  { event = template.status, details = {} }: { event?: string; details?: NewsDetails } = {},
): Change {
  return {
    field: 'message_template_status_update',
    value: {
      event,
      ...identityOf(template),
      message_template_category: template.category,
      reason: template.rejected_reason,
      ...details,
    },
  };
}

/** Two statuses have words of their own for the way back. */
function eventOf(before: Template, after: Template): string {
  if (after.status !== 'APPROVED') return after.status;
  if (before.status === 'ARCHIVED') return 'UNARCHIVED';
  return before.status === 'DISABLED' ? 'REINSTATED' : 'APPROVED';
}

function qualityNews(before: Template, after: Template): Change {
  return {
    field: 'message_template_quality_update',
    value: {
      previous_quality_score: before.quality_score.score,
      new_quality_score: after.quality_score.score,
      ...identityOf(after),
    },
  };
}

function categoryNews(before: Template, after: Template): Change {
  const value = { ...identityOf(after), previous_category: before.category, new_category: after.category };
  return { field: 'template_category_update', value };
}

/** A day ahead; `new_category` is, in spite of its name, the one of today. */
function plannedCategoryNews({ correct_category, ...template }: Template): Change {
  return {
    field: 'template_category_update',
    value: {
      ...identityOf(template),
      correct_category,
      new_category: template.category,
      category_update_timestamp: Math.floor(Date.now() / 1000) + 24 * 60 * 60,
    },
  };
}

function componentsNews(template: Template): Change {
  const textOf = (type: string): string | undefined => componentOf(template.components, type)?.text;
  const [title, footer] = [textOf('HEADER'), textOf('FOOTER')];
  const buttons = componentOf(template.components, 'BUTTONS')?.buttons;
  return {
    field: 'message_template_components_update',
    value: {
      ...identityOf(template),
      message_template_element: textOf('BODY'),
      ...(title !== undefined && { message_template_title: title }),
      ...(footer !== undefined && { message_template_footer: footer }),
      ...(buttons && { message_template_buttons: buttons.map(buttonNews) }),
    },
  };
}

function buttonNews({ type, text, url, phone_number }: TemplateButton): JsonObject {
  return {
    message_template_button_type: type,
    message_template_button_text: text,
    ...(url !== undefined && { message_template_button_url: url }),
    ...(phone_number !== undefined && { message_template_button_phone_number: phone_number }),
  };
}

function identityOf({ id, name, language }: Template): JsonObject {
  return {
    message_template_id: Number(id),
    message_template_name: name,
    message_template_language: language,
  };
}
