import type { JsonObject } from '../../checks.ts';
import { GraphError } from '../../graph-error.ts';
import type { TemplateComponent } from '../template.ts';
import type { SendContext } from './send-context.ts';
import type { Parameter } from './template-object.ts';
import { fillText } from './text-filling.ts';

const LONGEST_TEXT = 60;

/** The header as it goes out: its text, or the file, place or product that was given for it. */
export function fillHeader(
  part: string,
  header: TemplateComponent | undefined,
  parameters: Parameter[],
  send: SendContext,
): JsonObject | undefined {
  const format = header?.format ?? 'TEXT';
  if (format !== 'TEXT') return filledMedia(part, format, parameters);
  const text = fillText({ part, pattern: header?.text ?? '', limit: LONGEST_TEXT, parameters }, send);
  return header && { type: 'text', text };
}

function filledMedia(part: string, format: string, parameters: Parameter[]): JsonObject {
  if (format === 'GIF') throw new GraphError(132012, `${part}: a GIF goes out by marketing_messages only`);
  const [first] = parameters;
  const type = first?.type.toUpperCase() ?? 'UNKNOWN';
  if (!first || parameters.length > 1 || type !== format) {
    const received = parameters.length > 1 ? `${parameters.length} parameters` : type;
    throw new GraphError(132012, `${part}: Format mismatch, expected ${format}, received ${received}`);
  }
  return first;
}
