import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';

const COMPONENTS = {
  type: [Object] as [typeof Object],
  description:
    "Meta's components. Beside Meta's `example`, HEADER and BODY take `examples`: an array, or an object by name. A header with a file takes `media_id`, the id of a file from POST /api/v1/whatsapp/media, instead of a `header_handle`.",
  example: [
    { type: 'BODY', text: 'Hola {{1}}, tu pedido {{2}} sale hoy del almacén.', examples: ['Ana', 'A-1042'] },
    { type: 'BUTTONS', buttons: [{ type: 'QUICK_REPLY', text: 'Gracias' }] },
  ],
};
const TIME_TO_LIVE = {
  description:
    'Seconds that Meta tries to deliver: AUTHENTICATION 30–900, UTILITY 30–43200, MARKETING 43200–2592000; -1: 30 days.',
};

/** A template to submit, as the documentation shows it; `readNewTemplate` reads it. */
@ApiSchema({ name: 'NewTemplate' })
export class NewTemplateDto {
  @ApiPropertyOptional({ format: 'uuid', description: 'With a platform key: the tenant whose account it is for.' })
  tenant_id?: string;

  @ApiProperty({ example: 'order_sent', pattern: '^[a-z0-9_]{1,512}$' }) name: string;
  @ApiProperty({ example: 'es' }) language: string;
  @ApiProperty({ enum: ['UTILITY', 'MARKETING', 'AUTHENTICATION'] }) category: string;

  @ApiPropertyOptional({ enum: ['POSITIONAL', 'NAMED'], description: 'Seen from the variables when it is left out.' })
  parameter_format?: string;

  @ApiPropertyOptional(COMPONENTS) components?: unknown[];
  @ApiPropertyOptional(TIME_TO_LIVE) message_send_ttl_seconds?: number;
  @ApiPropertyOptional() sub_category?: string;
  @ApiPropertyOptional() cta_url_link_tracking_opted_out?: boolean;

  @ApiPropertyOptional({ description: "Instead of `components`: the text of this name in Meta's library." })
  library_template_name?: string;

  @ApiPropertyOptional({ type: [Object], description: 'Our links and numbers for the buttons of a library template.' })
  library_template_button_inputs?: object[];

  @ApiPropertyOptional({ type: Object, description: 'What is added to the text of a library template.' })
  library_template_body_inputs?: object;
}

/** What changes of a template; `readTemplateChanges` reads it. */
@ApiSchema({ name: 'TemplateChanges' })
export class TemplateChangesDto {
  @ApiPropertyOptional({ ...COMPONENTS, description: `All of them together. ${COMPONENTS.description}` })
  components?: unknown[];

  @ApiPropertyOptional({ enum: ['UTILITY', 'MARKETING', 'AUTHENTICATION'], description: 'Not of an approved one.' })
  category?: string;

  @ApiPropertyOptional(TIME_TO_LIVE) message_send_ttl_seconds?: number;
}

const ORDER_SENT = { name: 'order_sent', language: 'es', category: 'UTILITY' };

export const NEW_TEMPLATE_EXAMPLES = {
  written: { value: { ...ORDER_SENT, components: COMPONENTS.example } },
  'from the library': { value: { ...ORDER_SENT, library_template_name: 'delivery_update_1' } },
};

@ApiSchema({ name: 'HeaderExample' })
export class HeaderExampleResponse {
  @ApiProperty({ example: '4::aW1hZ2UvanBlZw==:ARa…', description: '`"example": {"header_handle": ["…"]}`' })
  header_handle: string;
}
