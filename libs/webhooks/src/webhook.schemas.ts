/** Meta's envelope and our answers, as the documentation shows them. Whatever else comes is stored as well. */
const object = (properties: Record<string, object>, required = Object.keys(properties)) => ({
  type: 'object',
  required,
  properties,
});
const open = { additionalProperties: true } as const;

const CHANGE = { ...object({ field: { type: 'string' }, value: { type: 'object', ...open } }), ...open };
const ENTRY = { ...object({ id: { type: 'string' }, changes: { type: 'array', items: CHANGE } }), ...open };

export const DELIVERY = {
  ...object({ object: { type: 'string' }, entry: { type: 'array', items: ENTRY } }),
  ...open,
  example: {
    object: 'whatsapp_business_account',
    entry: [{ id: '102290129340398', changes: [{ field: 'messages', value: { messaging_product: 'whatsapp' } }] }],
  },
};

export const RECEIVED = object({ status: { const: 'received' } });

export const HEALTH = object({
  status: { const: 'ok' },
  notifications: { enum: ['enabled', 'disabled'] },
  phone_number_id: { type: 'string', example: '106540352242922' },
  api_version: { type: 'string', example: 'v26.0' },
});
