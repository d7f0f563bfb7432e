import type { ApiPropertyOptions } from '@nestjs/swagger';

/** Meta's message objects and our shorthands, as far as their documentation goes; `#whatsapp` checks every limit. */
const text = (maxLength: number, more: object = {}) => ({ type: 'string', minLength: 1, maxLength, ...more });
const line = { type: 'string' };
const object = (properties: object, required: string[] = Object.keys(properties)) => ({
  type: 'object',
  properties,
  required,
});
const open = { type: 'object', additionalProperties: true };

const SOURCE = {
  id: { ...text(255), description: "Of an uploaded file, Meta's or ours." },
  link: { type: 'string', format: 'uri', description: 'Of a public file.' },
};
const CAPTION = { caption: { ...line, maxLength: 1_024 } };
const FILE_NAME = { filename: text(255) };
const media = (more: object, link: string): ApiPropertyOptions =>
  ({
    ...object({ ...SOURCE, ...more }, []),
    description: 'By `id` or by `link`.',
    example: { link },
  }) as ApiPropertyOptions;

export const MESSAGE_OBJECTS = {
  text: {
    description: '`"text"`, or Meta\'s `{ body, preview_url }`.',
    oneOf: [text(4_096), object({ body: text(4_096), preview_url: { type: 'boolean' } }, ['body'])],
    example: { body: 'Su pedido sale hoy.' },
  },
  image: media(CAPTION, 'https://example.com/pallet.jpg'),
  audio: media({ voice: { type: 'boolean' } }, 'https://example.com/note.ogg'),
  video: media(CAPTION, 'https://example.com/loading.mp4'),
  document: media({ ...CAPTION, ...FILE_NAME }, 'https://example.com/po.pdf'),
  sticker: media({}, 'https://example.com/thanks.webp'),
  location: {
    ...object(
      {
        latitude: { type: ['number', 'string'], minimum: -90, maximum: 90 },
        longitude: { type: ['number', 'string'], minimum: -180, maximum: 180 },
        name: line,
        address: line,
      },
      ['latitude', 'longitude'],
    ),
    example: { latitude: 40.4168, longitude: -3.7038, name: 'Almacén', address: 'Calle Mayor 1, Madrid' },
  },
  contacts: {
    type: 'array',
    minItems: 1,
    items: {
      ...object({ name: { ...open, required: ['formatted_name'], properties: { formatted_name: line } } }),
      additionalProperties: true,
    },
    example: [{ name: { formatted_name: 'Ana Ruiz', first_name: 'Ana' }, phones: [{ phone: '+34612345678' }] }],
  },
  reaction: {
    ...object({ message_id: text(255), emoji: { ...line, description: 'Empty: takes it back.' } }),
    example: { message_id: 'wamid.HBgLMzQ2MTIzNDU2NzgVAgARGBI', emoji: '👍' },
  },
  interactive: {
    ...object({ type: line, header: open, body: object({ text: text(4_096) }), footer: open, action: open }, [
      'type',
      'action',
    ]),
    description: 'What is answered with a tap: `button`, `list`, `cta_url`, `flow`, `product`…',
    example: {
      type: 'button',
      body: { text: '¿Confirma la entrega?' },
      action: { buttons: [{ type: 'reply', reply: { id: 'yes', title: 'Sí' } }] },
    },
  },
  context: {
    ...object({ message_id: text(255) }),
    description: 'Makes the message a reply.',
    example: { message_id: 'wamid.HBgLMzQ2MTIzNDU2NzgVAgARGBI' },
  },
} as Record<string, ApiPropertyOptions>;

const to = '+34612345678';
const example = (type: string) => ({ value: { to, type, [type]: MESSAGE_OBJECTS[type]!.example as unknown } });

/** One request for each type; `text` and `template` as they are mostly written. */
export const SEND_EXAMPLES: Record<string, { value: object }> = {
  template: {
    value: {
      to,
      type: 'template',
      template: { name: 'po_notification', language: 'es', parameters: ['Proveedor ABC', 'PO-2024-001', '€1,250.00'] },
    },
  },
  ...Object.fromEntries(
    Object.keys(MESSAGE_OBJECTS)
      .filter((name) => name !== 'context')
      .map((type) => [type, example(type)]),
  ),
};

export const BULK_EXAMPLES = {
  two: { value: { messages: [SEND_EXAMPLES.template!.value, SEND_EXAMPLES.text!.value] } },
};
