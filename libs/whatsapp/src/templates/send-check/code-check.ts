import { dig, lowerCase, parameterText } from '../../payloads/index.ts';
import type { TemplateForm } from '../template-form.ts';
import { indexOf } from './button-check.ts';
import type { Faults } from './faults.ts';
import type { GivenParts } from './given-parts.ts';

const LONGEST_CODE = 15;

/** A one-time code is given twice, for the body that shows it and the button that copies it: it has to be the same. */
export function checkCode({ buttons }: TemplateForm, { body, buttons: given }: GivenParts, faults: Faults): void {
  const shown = body && body.parameters.length === 1 ? parameterText(body.parameters[0]) : undefined;
  if (body && shown !== undefined) {
    const fault = lowerCase(dig(body.parameters[0], 'type')) === 'text' ? faultOf(shown) : 'a code is given as a text';
    if (fault) faults.refuse([...body.path, 'parameters', 0], fault);
  }
  const button = given.find((part) => buttons[indexOf(part, buttons)]?.isNeeded);
  if (!button || shown === undefined) return;
  if (parameterText(button.parameters[0]) !== shown) {
    faults.refuse([...button.path, 'parameters', 0, 'text'], 'must be the same code as in the body');
  }
}

function faultOf(code: string): string | undefined {
  const { length } = [...code];
  if (length > LONGEST_CODE) return `a code has at most ${LONGEST_CODE} characters, this has ${length}`;
  return /:\/\/|www\.|\p{Extended_Pictographic}/iu.test(code) ? 'a code may hold no link and no emoji' : undefined;
}
