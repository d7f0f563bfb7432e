import type { JsonObject } from '../../checks.ts';
import { GraphError } from '../../graph-error.ts';
import type { TemplateComponent } from '../template.ts';
import type { SendContext } from './send-context.ts';
import type { Parameter } from './template-object.ts';

/** The limited-time offer with its end, where it has one. */
export function fillOffer(
  offer: TemplateComponent | undefined,
  parameters: Parameter[],
  send: SendContext,
): JsonObject | undefined {
  const { text, has_expiration = false } = offer?.limited_time_offer ?? {};
  if (!has_expiration) {
    if (parameters.length > 0) throw send.badParameter('limited_time_offer: the template has no offer that expires');
    return offer && { text };
  }
  const [given] = parameters;
  if (given?.type !== 'limited_time_offer' || parameters.length > 1) {
    throw new GraphError(131008, 'limited_time_offer: one parameter with expiration_time_ms is required');
  }
  const end = Number((given.limited_time_offer as JsonObject).expiration_time_ms);
  if (end <= send.now) throw send.badParameter('limited_time_offer: expiration_time_ms is in the past');
  return { text, expiration_time_ms: end };
}
