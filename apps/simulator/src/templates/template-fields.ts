import { pickFields } from '../fields.ts';
import type { Template } from './template.ts';

const DEFAULT_FIELDS = ['name', 'parameter_format', 'components', 'language', 'status', 'category', 'id'];

/** Fields Meta knows of that a template need not have. */
const OPTIONAL = Object.fromEntries(
  [
    'previous_category',
    'correct_category',
    'sub_category',
    'message_send_ttl_seconds',
    'cta_url_link_tracking_opted_out',
    'library_template_name',
    'source',
  ].map((field) => [field, undefined]),
);

/** A template with the `fields` that were asked for. */
export function pickTemplate(template: Template, fields: string | null): object {
  const node = { ...OPTIONAL, ...template, health_status: healthOf(template) };
  const wanted = template.previous_category === undefined ? DEFAULT_FIELDS : [...DEFAULT_FIELDS, 'previous_category'];
  return pickFields(node, fields, wanted, 'WhatsAppBusinessHSM');
}

/** Why it cannot be sent, if it cannot. */
function healthOf({ id, status }: Template): object {
  const can_send_message = status === 'APPROVED' || status === 'FLAGGED' ? 'AVAILABLE' : 'BLOCKED';
  const error = {
    error_code: { PAUSED: 132015, DISABLED: 132016 }[status] ?? 132001,
    error_description: `The template is ${status}.`,
    possible_solution: 'Wait for its review, or use a template that is approved.',
  };
  const errors = can_send_message === 'BLOCKED' ? { errors: [error] } : {};
  return { can_send_message, entities: [{ entity_type: 'MESSAGE_TEMPLATE', id, can_send_message, ...errors }] };
}
