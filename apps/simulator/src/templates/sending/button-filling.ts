import type { JsonObject } from '../../checks.ts';
import { GraphError } from '../../graph-error.ts';
import { placeholdersOf, replacePlaceholders, type TemplateButton } from '../template.ts';
import { ACTIONS } from './action-checks.ts';
import type { SendContext } from './send-context.ts';
import type { GivenComponent, Parameter } from './template-object.ts';
import { refuseUnreadable } from './text-filling.ts';

/** What a button wants from each send. */
interface Want {
  subType: string;
  /** Types of the parameters it takes, each once at most. */
  takes: string[];
  /** Whether it must be named in the send, and whether with a parameter. */
  must: 'have a parameter' | 'be named' | 'nothing';
}

/** A button of another type, such as a phone number, takes nothing and may not be named. */
const WANTS: Record<string, Want> = {
  QUICK_REPLY: { subType: 'quick_reply', takes: ['payload'], must: 'nothing' },
  URL: { subType: 'url', takes: ['text'], must: 'have a parameter' },
  // The code of an authentication template is put into a URL, whatever the button was when it was made.
  OTP: { subType: 'url', takes: ['text'], must: 'have a parameter' },
  COPY_CODE: { subType: 'copy_code', takes: ['coupon_code'], must: 'have a parameter' },
  FLOW: { subType: 'flow', takes: ['action'], must: 'be named' },
  CATALOG: { subType: 'catalog', takes: ['action'], must: 'nothing' },
  MPM: { subType: 'mpm', takes: ['action'], must: 'have a parameter' },
  VOICE_CALL: { subType: 'voice_call', takes: ['ttl_minutes', 'payload'], must: 'nothing' },
  ORDER_DETAILS: { subType: 'order_details', takes: ['action'], must: 'have a parameter' },
  REMINDER: { subType: 'reminder', takes: ['action'], must: 'nothing' },
};
const FIXED_URL: Want = { subType: 'url', takes: [], must: 'nothing' };

const LONGEST_URL = 2000;
const LONGEST_OFFER_CODE = 15;

/** The buttons as the customer gets them. */
export function fillButtons(
  part: string,
  buttons: TemplateButton[],
  given: GivenComponent[],
  send: SendContext,
): JsonObject[] {
  const byIndex = new Map<number, GivenComponent>();
  for (const one of given) {
    const index = Number(one.index ?? buttons.findIndex(({ type }) => type === 'VOICE_CALL'));
    if (byIndex.has(index)) throw send.badParameter(`${part}: button at index ${index} is given twice`);
    if (!buttons[index]) throw send.badParameter(`${part}: the template has no button at index ${index}`);
    byIndex.set(index, one);
  }
  return buttons.map((button, index) =>
    fillButton(`${part}: Button at index ${index}`, button, byIndex.get(index), send),
  );
}

function fillButton(
  at: string,
  button: TemplateButton,
  given: GivenComponent | undefined,
  send: SendContext,
): JsonObject {
  const want = wantOf(button);
  const parameters = given?.parameters ?? [];
  if (given && given.sub_type?.toLowerCase() !== want?.subType) {
    throw send.badParameter(`${at} must be of type ${button.type}`);
  }
  if (want?.must === 'be named' && !given) throw new GraphError(131009, `${at} of type ${button.type} must be named`);
  if (want?.must === 'have a parameter' && parameters.length === 0) {
    throw new GraphError(131008, `${at} of type ${button.type} requires a parameter`);
  }
  refuseStrangers(`${at} of type ${button.type}`, parameters, want?.takes ?? [], send);
  const { type, text, phone_number, url } = button;
  const values = parameters.map((one) => filledValue(at, button, one, send));
  return Object.assign({ type, text, phone_number, url }, ...values) as JsonObject;
}

function wantOf(button: TemplateButton): Want | undefined {
  const isFixedUrl = button.type === 'URL' && placeholdersOf(button.url ?? '').length === 0;
  return isFixedUrl ? FIXED_URL : WANTS[button.type];
}

function refuseStrangers(at: string, parameters: Parameter[], takes: string[], send: SendContext): void {
  const types = parameters.map(({ type }) => type);
  if (types.length > 0 && takes.length === 0) throw send.badParameter(`${at} does not require parameters`);
  if (types.some((type) => !takes.includes(type))) {
    throw new GraphError(132012, `${at} takes ${takes.join(', ')}, received ${types.join(', ')}`);
  }
  if (new Set(types).size < types.length) throw send.badParameter(`${at} takes one parameter`);
}

/** What the parameter makes of the button. */
function filledValue(at: string, button: TemplateButton, parameter: Parameter, send: SendContext): JsonObject {
  const { type } = parameter;
  if (type === 'text') return { url: filledUrl(at, button.url ?? '', parameter.text as string, send) };
  if (type === 'action') ACTIONS[button.type]?.(parameter.action, `${at} action`);
  if (type === 'coupon_code') return { coupon_code: offeredCode(at, parameter.coupon_code as string, send) };
  return { [type]: parameter[type] };
}

function filledUrl(at: string, pattern: string, suffix: string, send: SendContext): string {
  refuseUnreadable(suffix, at, send);
  const url = replacePlaceholders(pattern, () => suffix);
  if (url.length > LONGEST_URL) throw new GraphError(132005, `${at}: URL is longer than ${LONGEST_URL} characters`);
  return url;
}

function offeredCode(at: string, code: string, send: SendContext): string {
  refuseUnreadable(code, at, send);
  if (send.hasOffer && code.length > LONGEST_OFFER_CODE) {
    throw new GraphError(132005, `${at}: the code of an offer is longer than ${LONGEST_OFFER_CODE} characters`);
  }
  return code;
}
