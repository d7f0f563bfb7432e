import { type ParameterFormat, placeholdersOf, replacePlaceholders, type TemplateComponent } from '../template.ts';
import { missingField, refused, tooLong } from './refusals.ts';
import { checkExamples, checkVariables } from './variables.ts';

const EXAMPLES = { positional: 'body_text', named: 'body_text_named_params' } as const;

export interface BodyPlace {
  format: ParameterFormat;
  longest: number;
}

/** The body of a message or of a card. */
export function checkBody(body: TemplateComponent | undefined, { format, longest }: BodyPlace): void {
  if (!body?.text?.trim()) throw missingField('BODY', 'text');
  if (body.text.length > longest) throw tooLong('body', longest);
  checkVariables(body.text, format, (message) => refused('Message body format is incorrect', message, 'body'));
  checkPlacement(body.text);
  checkExamples(body, format, EXAMPLES);
}

function checkPlacement(text: string): void {
  if (/^\s*\{\{|\}\}\s*$/.test(text)) {
    const message = 'A variable cannot stand at the start or at the end of the body.';
    throw refused('Leading or trailing params not allowed', message, 'variableAtTheEnds');
  }
  const fixedWords = replacePlaceholders(text, () => ' ').match(/[\p{L}\p{N}]+/gu)?.length ?? 0;
  // As observed: two fixed words for each variable and one more.
  const variables = placeholdersOf(text).length;
  if (variables > 0 && fixedWords < 2 * variables + 1) {
    const message = 'The body has too many variables for its length. Use fewer variables or a longer text.';
    throw refused('Params words ratio exceeds limit', message, 'tooManyVariables');
  }
}
