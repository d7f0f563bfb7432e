import { AppError, type FieldError } from '#common';

import { adviceFor, CloudApiError, CloudApiRefusal, CloudApiUnknownOutcomeError } from '../cloud-api/index.ts';
import { itemsOf } from '../payloads/json.ts';
import { typeOf } from './creation/index.ts';

/** Refusals that are about what is there already: the same request may work another day. */
const CONFLICTS = new Map<number, [code: string, action?: string]>([
  [2388019, ['template-limit-reached']],
  [2388023, ['template-name-blocked', 'A removed name is blocked for 30 days: choose another name.']],
  [2388024, ['template-exists', 'Edit the present one, or choose another name.']],
  [2388039, ['template-not-editable']],
  [2388318, ['template-not-editable']],
  [2388330, ['template-not-deletable']],
]);

/** Refusals of one part, by Meta's subcode. */
const PARTS = new Map<number, string>([
  [2388040, 'body'],
  [2388047, 'header'],
  [2388072, 'body'],
  [2388073, 'footer'],
  [2388293, 'body'],
  [2388299, 'body'],
]);

const OBJECT_UNKNOWN = 33;
const NAME_UNKNOWN = 2593002;
const WAIT_S = 60;

/** Meta has no such template any more. */
export function isGone(failure: unknown): boolean {
  if (!(failure instanceof CloudApiRefusal)) return false;
  return failure.subcode === NAME_UNKNOWN || (failure.code === 100 && failure.subcode === OBJECT_UNKNOWN);
}

/**
 * What a failed call about a template means for whoever asked for it, in Meta's words and with what to do. `components` are
 * those that were submitted, to name the part that Meta means. What is no failure of a call stays what it is.
 */
export function toTemplateProblem(failure: unknown, components?: unknown): unknown {
  if (failure instanceof CloudApiRefusal) return ofRefusal(failure, components);
  if (failure instanceof CloudApiUnknownOutcomeError) {
    return new AppError(
      503,
      'whatsapp-outcome-unknown',
      `${failure.message}, so it may have been done. Fetch the templates with POST /api/v1/whatsapp/templates/sync and look before you repeat it.`,
      { cause: failure },
    );
  }
  if (!(failure instanceof CloudApiError)) return failure;
  return new AppError(503, 'whatsapp-unreachable', `${failure.message}. Nothing was changed; try again.`, {
    cause: failure,
  });
}

function ofRefusal(refusal: CloudApiRefusal, components: unknown): AppError {
  const { code, subcode, advice } = refusal;
  const ofSubcode = subcode === undefined ? undefined : adviceFor({ code: subcode });
  const action = ofSubcode?.known ? ofSubcode.action : advice.action;
  const [conflict, todo] = (subcode !== undefined && CONFLICTS.get(subcode)) || [];
  if (conflict !== undefined) return problem(409, conflict, refusal, todo ?? action);
  if (isGone(refusal)) {
    return problem(
      404,
      'template-not-found',
      refusal,
      'Fetch the templates with POST /api/v1/whatsapp/templates/sync.',
    );
  }
  switch (advice.class) {
    case 'SLOW':
      return problem(429, 'whatsapp-throttled', refusal, action, (advice.pauseMs ?? WAIT_S * 1_000) / 1_000);
    case 'RETRY':
      return problem(503, 'whatsapp-unavailable', refusal, action, WAIT_S);
    case 'STOP':
      // Nothing the caller wrote: token, permission or account.
      return problem(502, 'whatsapp-refused', refusal, action);
    case 'WAIT':
      return problem(409, 'template-refused', refusal, action);
    case 'BAD':
    case 'USER': {
      const message = `${refusal.said} ${action}`;
      return new AppError(422, 'template-refused', `Meta refused the template (${code}). ${message}`, {
        errors: [toFieldError(subcode, components, message)],
        cause: refusal,
      });
    }
  }
}

function problem(status: number, code: string, refusal: CloudApiRefusal, action: string, waitS?: number): AppError {
  return new AppError(status, code, `${refusal.said} ${action}`, {
    cause: refusal,
    ...(waitS !== undefined && { retryAfterSeconds: Math.ceil(waitS) }),
  });
}

function toFieldError(subcode: number | undefined, components: unknown, message: string): FieldError {
  const part = subcode === undefined ? undefined : PARTS.get(subcode);
  const index = itemsOf(components).findIndex((component) => part !== undefined && typeOf(component) === part);
  return { field: index < 0 ? 'components' : `components[${index}].text`, message };
}
