import { closestNames, ValidationError } from '#common';
import type { WhatsAppTemplate } from '#messages';

const MOST_NAMES = 3;

/**
 * Statuses in which a message is accepted. FLAGGED is a warning before PAUSED; what is PAUSED waits, held, until Meta lets
 * the template go on, as do the messages that were accepted before the pause.
 */
const ACCEPTED = ['APPROVED', 'FLAGGED', 'PAUSED'];

const TO_DO = new Map([
  ['PENDING', 'Meta reviews it, mostly within minutes: send it once it is APPROVED'],
  ['IN_APPEAL', 'Meta reviews it again: send it once it is APPROVED'],
  ['REJECTED', 'correct it and submit it again'],
  ['DISABLED', 'Meta stopped it for good: create a new template and send that one'],
  ['ARCHIVED', 'unarchive it in WhatsApp Manager first'],
  ['LIMIT_EXCEEDED', 'look at the limits of the account in WhatsApp Manager'],
]);

/** The refusal of a template that Meta does not send as things stand; undefined for one that can be asked for. */
export function statusRefusal({
  templateName,
  language,
  status,
  rejectedReason,
}: WhatsAppTemplate): ValidationError | undefined {
  if (ACCEPTED.includes(status)) return undefined;
  const reason = rejectedReason ? ` (${rejectedReason})` : '';
  const toDo = TO_DO.get(status) ?? 'send another template';
  const message = `template "${templateName}" in "${language}" is ${status}${reason}, only an APPROVED one can be sent; ${toDo}`;
  return new ValidationError([{ field: 'template.name', message }], 'template-not-approved');
}

/** The refusal of a name that the account does not have. */
export function unknownName(name: string, names: readonly string[]): ValidationError {
  const near = closestNames(name, names).slice(0, MOST_NAMES);
  const remedy = near.length > 0 ? `did you mean ${near.join(', ')}?` : 'create it, or correct the name';
  const message = `template "${name}" does not exist in this WhatsApp Business Account; ${remedy}`;
  return new ValidationError([{ field: 'template.name', message }], 'template-not-found');
}

/** The refusal of a language that a template does not have. */
export function unknownLanguage(name: string, language: string, languages: readonly string[]): ValidationError {
  const known = nearestFirst(language, languages).join(', ');
  const message = `template "${name}" has no language "${language}"; it has ${known}`;
  return new ValidationError([{ field: 'template.language', message }], 'template-not-found');
}

/** Other kinds of the same language come first: es_MX for es. */
function nearestFirst(language: string, languages: readonly string[]): string[] {
  const [base] = language.split('_');
  const isNear = (one: string): boolean => one.split('_')[0] === base;
  return [...languages.filter(isNear), ...languages.filter((one) => !isNear(one))];
}
