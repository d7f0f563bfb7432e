import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';

const ANYTHING = { oneOf: [{ type: 'string' }, { type: 'object', additionalProperties: true }] };

/** Meta's code, or Meta's object of it. */
export const LANGUAGE = {
  description: 'Or `{ "code": "es" }`.',
  oneOf: [
    { type: 'string' },
    {
      type: 'object',
      required: ['code'],
      properties: { code: { type: 'string' }, policy: { enum: ['deterministic'] } },
    },
  ],
  example: 'es',
};

/** What a template is filled with, as the documentation shows it: shorthands part by part, or Meta's components. */
@ApiSchema({ name: 'TemplateFilling' })
export class TemplateFillingDto {
  @ApiPropertyOptional({
    description: 'The values of the body: an array of positional ones, an object of named ones.',
    oneOf: [
      { type: 'array', items: ANYTHING },
      { type: 'object', additionalProperties: true },
    ],
    example: ['Proveedor ABC', 'PO-2024-001', '€1,250.00'],
  })
  parameters?: unknown;

  @ApiPropertyOptional({
    description:
      'The header: a text, `{ "name": "text" }` where its variable has a name, or what it shows: `image`, `video`, `gif`, `document` by `link` or `id` (Meta\'s or ours), `location`, `product`.',
    ...ANYTHING,
    example: { document: { link: 'https://example.com/po.pdf', filename: 'po.pdf' } },
  })
  header?: unknown;

  @ApiPropertyOptional({
    description:
      'Each by its place in the template, from 0, and what it is given: `url` (the end of its link, or the one-time code), `payload`, `coupon_code`, `flow_token` and `flow_action_data`, `thumbnail_product_retailer_id` and `sections`, `ttl_minutes`, `order_details`.',
    type: 'array',
    items: { type: 'object', additionalProperties: true },
    example: [
      { index: 0, url: 'F-2024-17' },
      { index: 1, payload: 'yes' },
    ],
  })
  buttons?: unknown;

  @ApiPropertyOptional({
    description: 'The cards of a carousel, in order: each with `parameters`, `header`, `buttons`.',
    type: 'array',
    items: { type: 'object', additionalProperties: true },
  })
  cards?: unknown;

  @ApiPropertyOptional({
    description: 'When a limited-time offer ends: ISO 8601, or milliseconds.',
    type: 'object',
    properties: { expires_at: { type: 'string', format: 'date-time' } },
  })
  limited_time_offer?: unknown;

  @ApiPropertyOptional({
    description: "Meta's own components, for any part that is not given by its name.",
    type: 'array',
    items: { type: 'object', additionalProperties: true },
  })
  components?: unknown;
}

/** The template of a send. */
@ApiSchema({ name: 'SendTemplate' })
export class SendTemplateDto extends TemplateFillingDto {
  @ApiPropertyOptional({ example: 'po_notification', description: "Meta's name, or `key`." }) name?: string;
  @ApiPropertyOptional({ example: 'order-approved', description: 'Our name of it.' }) key?: string;
  @ApiProperty(LANGUAGE) language: unknown;
}
