import { fingerprintOf } from '#common';
import type { HoldScope, OutboxMessage, Scope } from '#messages';
import type { Sender } from '#tenants';

import type { ErrorAdvice } from '../cloud-api/index.ts';

const HELD: Partial<Record<ErrorAdvice['scope'], HoldScope>> = {
  token: 'token',
  app: 'app',
  waba: 'waba',
  number: 'number',
  template: 'template',
};

/**
 * Whether a refusal stops more than its own message. A number that is merely too fast (130429, the one throttling of a
 * number without a pause of its own) slows down instead.
 */
export function isHolding({ class: errorClass, scope, pauseMs }: ErrorAdvice, message: OutboxMessage): boolean {
  if (!HELD[scope]) return false;
  // Said of a message without one, it is about that message only: no template could be seen to go again.
  if (scope === 'template' && message.templateName === null) return false;
  return errorClass === 'STOP' || (errorClass === 'SLOW' && !isTooFast({ class: errorClass, scope, pauseMs }));
}

export function isTooFast({
  class: errorClass,
  scope,
  pauseMs,
}: Pick<ErrorAdvice, 'class' | 'scope' | 'pauseMs'>): boolean {
  return errorClass === 'SLOW' && scope === 'number' && pauseMs === undefined;
}

/** What a refusal of this message holds; undefined where it concerns the message alone. */
export function heldScope(advice: ErrorAdvice, sender: Sender, message: OutboxMessage): Scope | undefined {
  const scope = HELD[advice.scope];
  if (!scope || !isHolding(advice, message)) return undefined;
  return { scope, scopeKey: scope === 'template' ? templateKey(message) : keysOf(sender)[scope] };
}

/** Everything that stops the whole sender when it is held. */
export function scopesOf(sender: Sender): Scope[] {
  return Object.entries(keysOf(sender)).map(([scope, scopeKey]) => ({ scope: scope as HoldScope, scopeKey }));
}

/** Whether a message, once Meta takes it, proves that a hold is over: of a template, only a message of that template. */
export function isTestOf({ scope, scopeKey }: Scope, message: OutboxMessage): boolean {
  return scope !== 'template' || scopeKey === templateKey(message);
}

/** Whether a hold is of one of these scopes. */
export function covers(scopes: Scope[], hold: Scope): boolean {
  return scopes.some(({ scope, scopeKey }) => scope === hold.scope && scopeKey === hold.scopeKey);
}

/** Prefix of the keys of templates as this sender sends them. */
export function templateKeyPrefix({ phoneNumberId }: Pick<Sender, 'phoneNumberId'>): string {
  return `${phoneNumberId}/`;
}

/** Key of the template of a message from this number. */
export function templateKey(
  message: Pick<OutboxMessage, 'phoneNumberId' | 'templateName' | 'templateLanguage'>,
): string {
  return `${templateKeyPrefix(message)}${message.templateName}/${message.templateLanguage}`;
}

/** The token itself must not be stored in clear, and need not: its fingerprint tells it from its successor. */
function keysOf({
  accessToken,
  businessAccountId,
  phoneNumberId,
}: Sender): Record<Exclude<HoldScope, 'template'>, string> {
  const token = fingerprintOf(accessToken);
  return { token, app: token, waba: businessAccountId, number: phoneNumberId };
}
