import type { JsonObject } from '../../checks.ts';
import { componentOf, type TemplateComponent } from '../template.ts';
import { fillButtons } from './button-filling.ts';
import { fillHeader } from './header-filling.ts';
import { parametersOf, type SendContext } from './send-context.ts';
import type { GivenComponent } from './template-object.ts';
import { fillText } from './text-filling.ts';

interface Place {
  /** Before the name of a part, in what is said of it. */
  prefix: string;
  longestBody: number;
}

/** Header, body, footer and buttons as the customer gets them: of a message, or of one card. */
export interface FilledParts extends JsonObject {
  header?: JsonObject;
  body?: string;
  footer?: string;
  buttons?: JsonObject[];
}

export function fillParts(
  components: TemplateComponent[],
  given: GivenComponent[],
  { prefix, longestBody }: Place,
  send: SendContext,
): FilledParts {
  const header = fillHeader(`${prefix}header`, componentOf(components, 'HEADER'), parametersOf(given, 'header'), send);
  const pattern = componentOf(components, 'BODY')?.text;
  const parameters = parametersOf(given, 'body');
  const body = fillText({ part: `${prefix}body`, pattern: pattern ?? '', limit: longestBody, parameters }, send);
  const footer = componentOf(components, 'FOOTER')?.text;
  const wanted = componentOf(components, 'BUTTONS')?.buttons ?? [];
  const named = given.filter(({ type }) => type.toLowerCase() === 'button');
  const buttons = fillButtons(`${prefix}buttons`, wanted, named, send);
  return {
    ...(header && { header }),
    ...(pattern !== undefined && { body }),
    ...(footer !== undefined && { footer }),
    ...(buttons.length > 0 && { buttons }),
  };
}
