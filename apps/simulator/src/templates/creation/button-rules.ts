import type { TemplateButton } from '../template.ts';
import { missingField, tooLong, wrongButtons } from './refusals.ts';
import { hasEmoji, hasVariable, isOneLine } from './text-rules.ts';

const LONGEST_LABEL = 25;
const LONGEST_URL = 2000;
const LONGEST_PHONE_NUMBER = 20;
const LONGEST_CODE = 20;
const MOST_BUTTONS = 10;

/** How many a template may have of each type. */
const MOST: Record<string, number> = {
  QUICK_REPLY: 10,
  URL: 2,
  PHONE_NUMBER: 1,
  COPY_CODE: 1,
  FLOW: 1,
  CATALOG: 1,
  MPM: 1,
  SPM: 1,
  VOICE_CALL: 1,
  ORDER_DETAILS: 1,
};

/** @param longestCode shorter with a limited-time offer */
export function checkButtons(buttons: TemplateButton[] = [], most = MOST_BUTTONS, longestCode = LONGEST_CODE): void {
  if (buttons.length === 0) throw missingField('BUTTONS', 'buttons');
  if (buttons.length > most) throw wrongButtons(`At most ${most} buttons are possible here.`);
  for (const button of buttons) checkButton(button, longestCode);
  checkCombination(buttons);
}

function checkButton(button: TemplateButton, longestCode: number): void {
  const { type } = button;
  if (!Object.hasOwn(MOST, type)) {
    throw wrongButtons(`${type} is not a type of buttons here. Use one of ${Object.keys(MOST).join(', ')}.`);
  }
  if (type === 'COPY_CODE') return checkCopyCode(button, longestCode);
  checkLabel(button);
  if (type === 'URL') checkUrl(button);
  if (type === 'PHONE_NUMBER') checkPhoneNumber(button);
  if (type === 'FLOW') checkFlow(button);
}

export function checkLabel({ type, text }: TemplateButton): void {
  if (!text?.trim()) throw missingField(type, 'text');
  if (text.length > LONGEST_LABEL) throw tooLong('label of a button', LONGEST_LABEL);
  if (hasVariable(text) || !isOneLine(text) || hasEmoji(text)) {
    throw wrongButtons('The label of a button cannot hold variables, new lines or emojis.');
  }
}

function checkUrl({ url, example }: TemplateButton): void {
  if (url === undefined || !/^https?:\/\/[^\s/]+/i.test(url)) throw missingField('URL', 'url');
  if (url.length > LONGEST_URL) throw tooLong('URL of a button', LONGEST_URL);
  if (!hasVariable(url)) return;
  if (!/^[^{]+\{\{1\}\}$/.test(url)) throw wrongButtons('A URL can hold one variable, {{1}}, at its end.');
  if (!Array.isArray(example) || !example[0]) {
    throw missingField('URL', 'example');
  }
}

function checkPhoneNumber({ phone_number: number }: TemplateButton): void {
  if (!number) throw missingField('PHONE_NUMBER', 'phone_number');
  if (number.length > LONGEST_PHONE_NUMBER) throw tooLong('phone number of a button', LONGEST_PHONE_NUMBER);
  if (!/^\+?\d+$/.test(number)) throw wrongButtons(`${number} is not a phone number.`);
}

function checkCopyCode({ example }: TemplateButton, longest: number): void {
  const code = Array.isArray(example) ? example[0] : example;
  if (!code) throw missingField('COPY_CODE', 'example');
  if (code.length > longest) throw tooLong('code of a button', longest);
}

function checkFlow(button: object): void {
  const { flow_id, flow_name, flow_json } = button as Record<string, unknown>;
  if ([flow_id, flow_name, flow_json].filter((one) => one !== undefined).length !== 1) {
    throw missingField('FLOW', 'flow_id, flow_name or flow_json, one of them');
  }
}

function checkCombination(buttons: TemplateButton[]): void {
  for (const [type, most] of Object.entries(MOST)) {
    const count = buttons.filter((button) => button.type === type).length;
    if (count > most) throw wrongButtons(`At most ${most} buttons of type ${type} are possible, not ${count}.`);
  }
  const labels = buttons.flatMap(({ text }) => text ?? []);
  if (new Set(labels).size < labels.length) throw wrongButtons('Two buttons have the same label.');
  if (!areQuickRepliesGrouped(buttons)) {
    throw wrongButtons('Quick replies must stand together, before or after the other buttons.');
  }
}

function areQuickRepliesGrouped(buttons: TemplateButton[]): boolean {
  const order = buttons.map(({ type }) => (type === 'QUICK_REPLY' ? 'q' : 'o')).join('');
  return /^(q*o*|o*q*)$/.test(order);
}
