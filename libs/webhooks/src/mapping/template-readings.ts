import { placeholders } from '#whatsapp';

import { type JsonObject, objectOf, timeOf } from '../json.ts';
import {
  type AccountReading,
  because,
  dateOf,
  templateOf,
  type TemplateRef,
  told,
  type ToldState,
  wordOf,
} from './account-reading.ts';

const HOUR = 3_600_000;

/** The registry's status after an event. UNARCHIVED and LOCKED leave open what the template is now. */
const STATUS_AFTER = new Map([
  ...[
    'APPROVED',
    'REJECTED',
    'PENDING',
    'PAUSED',
    'DISABLED',
    'FLAGGED',
    'IN_APPEAL',
    'LIMIT_EXCEEDED',
    'PENDING_DELETION',
    'DELETED',
    'ARCHIVED',
  ].map((status) => [status, status] as const),
  ['REINSTATED', 'APPROVED'],
  ['UNPAUSE', 'APPROVED'],
  ['UNPAUSED', 'APPROVED'],
]);

/** Meta's code for a message of a template that is stopped. */
const STOPPED_BY = new Map([
  ['PAUSED', 132015],
  ['DISABLED', 132016],
]);

/** How long a pause lasts, where Meta says so. */
const PAUSES = new Map([
  ['FIRST_PAUSE', 3 * HOUR],
  ['SECOND_PAUSE', 6 * HOUR],
]);

const TO_DO = new Map([
  ['APPROVED', 'It can be sent.'],
  ['REJECTED', 'Correct it and submit it again.'],
  ['PAUSED', 'Its messages wait until Meta lets it go on; improve the template.'],
  ['DISABLED', 'Its messages wait until they expire; create a new template and send that one.'],
  ['FLAGGED', 'It can still be sent; improve it before Meta pauses or disables it.'],
  ['PENDING_DELETION', 'Send another template.'],
  ['DELETED', 'Send another template.'],
  ['ARCHIVED', 'Unarchive it in WhatsApp Manager before it is sent again.'],
  ['LIMIT_EXCEEDED', 'Look at the limits of the account in WhatsApp Manager.'],
]);

const LEVELS = new Map<string | undefined, AccountReading['level']>([
  ['PAUSED', 'error'],
  ['DISABLED', 'error'],
  ['REJECTED', 'warn'],
  ['FLAGGED', 'warn'],
  ['LIMIT_EXCEEDED', 'warn'],
]);

/** `message_template_status_update` */
export function readTemplateStatus(value: JsonObject): AccountReading {
  const template = templateOf(value);
  const event = wordOf(value.event);
  const status = STATUS_AFTER.get(event ?? '');
  const other = objectOf(value.other_info);
  const rejection = objectOf(value.rejection_info);
  const why = because(value.reason, other.title, other.description, rejection.reason, rejection.recommendation);
  const toDo = TO_DO.get(status ?? '') ?? 'Nothing to do.';
  return {
    event,
    template,
    summary: `${titleOf(template)} is ${event ?? 'changed'}${why}. ${toDo}`,
    level: LEVELS.get(status) ?? 'info',
    states: template && status ? [statusState(template, status, value, why)] : [],
    asksForSync: !status,
  };
}

function statusState(template: TemplateRef, status: string, value: JsonObject, why: string): ToldState {
  const reason = wordOf(value.reason);
  const rejectedReason = status === 'REJECTED' && reason !== 'NONE' ? (reason ?? null) : null;
  const disabledFrom = dateOf(objectOf(value.disable_info).disable_date) ?? null;
  const pause = PAUSES.get(wordOf(objectOf(value.other_info).title) ?? '');
  const code = STOPPED_BY.get(status);
  return {
    ...about(template),
    aspect: 'status',
    value: told({ status, reason: reason ?? null, disabledFrom: disabledFrom?.toISOString() }),
    template: { ...template, status, rejectedReason, disabledFrom, statusDetails: detailsOf(value) },
    ...(code !== undefined && {
      sending: { template, stop: { code, details: `Told by webhook${why}`, probeInMs: pause } },
    }),
    ...(status === 'APPROVED' && { sending: { template } }),
    says: `the template is ${status}`,
  };
}

/** Meta's own words on what happened and what would help; its one-word reasons are kept apart. */
function detailsOf(value: JsonObject): string | null {
  const { description } = objectOf(value.other_info);
  const { reason, recommendation } = objectOf(value.rejection_info);
  const words = [description, reason, recommendation].map(wordOf).filter((word) => word !== undefined);
  return words.length > 0 ? words.join('; ') : null;
}

/** `message_template_quality_update` */
export function readTemplateQuality(value: JsonObject): AccountReading {
  const template = templateOf(value);
  const score = wordOf(value.new_quality_score);
  const before = wordOf(value.previous_quality_score);
  const toDo = score === 'RED' ? 'Improve it before Meta pauses it.' : 'Nothing to do.';
  return {
    event: score,
    template,
    summary: `${titleOf(template)} went from ${before ?? 'unknown'} to ${score ?? 'unknown'} quality. ${toDo}`,
    level: score === 'RED' ? 'warn' : 'info',
    states:
      template && score
        ? [
            {
              ...about(template),
              aspect: 'quality',
              value: told({ score, before }),
              template: { ...template, qualityScore: score },
              says: `its quality is ${score}`,
            },
          ]
        : [],
  };
}

/** `template_category_update`: a change that is planned, or one that is done. Only a done one names the category before. */
export function readTemplateCategory(value: JsonObject): AccountReading {
  const template = templateOf(value);
  const [planned, category, before] = [value.correct_category, value.new_category, value.previous_category].map(wordOf);
  if (before !== undefined && category !== undefined) {
    return {
      event: category,
      template,
      summary: `${titleOf(template)} went from ${before} to ${category}. Its messages are charged as ${category} now.`,
      level: 'warn',
      states: template
        ? [
            {
              ...about(template),
              aspect: 'category',
              value: { category, before },
              template: { ...template, category, previousCategory: before },
              says: `its category is ${category}`,
            },
          ]
        : [],
    };
  }
  const changesAt = timeOf(value.category_update_timestamp);
  const at = changesAt?.toISOString();
  return {
    event: planned,
    template,
    summary:
      `${titleOf(template)} is to become ${planned ?? 'of another category'}${at ? ` on ${at}` : ''}. ` +
      'Change the template, or ask for a review in WhatsApp Manager before.',
    level: 'warn',
    states: template && planned ? [plannedState(template, planned, changesAt)] : [],
  };
}

/** `template_correct_category_detection` */
export function readCategoryDetection(value: JsonObject): AccountReading {
  const template = templateOf(value);
  const [category, correct] = [value.category, value.correct_category].map(wordOf);
  return {
    event: correct,
    template,
    summary:
      `${titleOf(template)} is ${category ?? 'of one category'}, and Meta finds it is ${correct ?? 'of another'}. ` +
      'Submit it under that category.',
    level: 'warn',
    states: template && correct ? [plannedState(template, correct)] : [],
  };
}

function plannedState(template: TemplateRef, planned: string, changesAt?: Date): ToldState {
  return {
    ...about(template),
    aspect: 'planned_category',
    value: told({ planned, at: changesAt?.toISOString() }),
    template: { ...template, correctCategory: planned, categoryChangesAt: changesAt },
    says: 'the plan is noted',
  };
}

/** `message_template_components_update`: the texts alone; buttons, and what is new, come with the next sync. */
export function readTemplateComponents(value: JsonObject): AccountReading {
  const template = templateOf(value);
  const [bodyText, headerText, footerText] = [
    value.message_template_element,
    value.message_template_title,
    value.message_template_footer,
  ].map((text) => (typeof text === 'string' ? text : undefined));
  return {
    template,
    summary: `${titleOf(template)} has other texts or buttons. Check that its messages still give the right parameters.`,
    states:
      template && bodyText !== undefined
        ? [
            {
              ...about(template),
              aspect: 'body',
              value: { bodyText },
              template: {
                ...template,
                bodyText,
                parameterCount: placeholders(bodyText).length,
                headerText,
                footerText,
              },
              says: 'its body text changed',
            },
          ]
        : [],
    asksForSync: true,
  };
}

function about({ name, language }: TemplateRef): Pick<ToldState, 'subject'> {
  return { subject: `template/${name}/${language}` };
}

function titleOf(template: TemplateRef | undefined): string {
  return template ? `Template "${template.name}" (${template.language})` : 'A template that is not named';
}
