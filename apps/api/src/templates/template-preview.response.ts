import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';

import type { RenderedButton, RenderedCard, RenderedHeader, TemplatePreview } from '#whatsapp';

@ApiSchema({ name: 'RenderedHeader' })
export class RenderedHeaderResponse {
  @ApiProperty({ example: 'DOCUMENT' }) format: string;
  @ApiPropertyOptional() text?: string;
  @ApiPropertyOptional({ type: 'object', additionalProperties: true, description: 'The file, location or product.' })
  shows?: unknown;
}

@ApiSchema({ name: 'RenderedButton' })
export class RenderedButtonResponse {
  @ApiProperty({ example: 'URL' }) type: string;
  @ApiProperty({ type: String, nullable: true, description: 'The label.' }) text: string | null;
  @ApiPropertyOptional({ example: 'https://example.com/F-2024-17', description: 'The link, filled in.' }) url?: string;
  @ApiPropertyOptional() phone_number?: string;
  @ApiPropertyOptional({ description: 'What comes back from a quick reply.' }) payload?: string;
  @ApiPropertyOptional({ description: 'The code that it copies.' }) code?: string;
}

@ApiSchema({ name: 'RenderedCard' })
export class RenderedCardResponse {
  @ApiProperty({ type: RenderedHeaderResponse, nullable: true }) header: RenderedHeaderResponse | null;
  @ApiProperty({ type: String, nullable: true }) body: string | null;
  @ApiProperty({ type: [RenderedButtonResponse] }) buttons: RenderedButtonResponse[];
}

@ApiSchema({ name: 'TemplatePreview' })
export class TemplatePreviewResponse extends RenderedCardResponse {
  @ApiProperty({ example: 'po_notification' }) template_name: string;
  @ApiProperty({ example: 'es' }) language: string;
  @ApiProperty({ example: 'APPROVED' }) status: string;
  @ApiProperty({ type: String, nullable: true }) footer: string | null;
  @ApiProperty({
    type: 'object',
    nullable: true,
    properties: { text: { type: 'string' }, ends_at: { type: 'string', format: 'date-time' } },
  })
  limited_time_offer: { text: string | null; ends_at: string | null } | null;
  @ApiProperty({ type: [RenderedCardResponse] }) cards: RenderedCardResponse[];
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'What would be posted to Meta; `{recipient}` and `{message id}` where only a message has them.',
  })
  message: object;
}

export function toPreviewResponse({ template, rendered, message }: TemplatePreview): TemplatePreviewResponse {
  const { offer } = rendered;
  return {
    template_name: template.templateName,
    language: template.language,
    status: template.status,
    ...toCardResponse(rendered),
    footer: rendered.footer ?? null,
    limited_time_offer: offer ? { text: offer.text ?? null, ends_at: offer.endsAt?.toISOString() ?? null } : null,
    cards: rendered.cards.map(toCardResponse),
    message,
  };
}

function toCardResponse({ header, body, buttons }: RenderedCard): RenderedCardResponse {
  return {
    header: header ? toHeaderResponse(header) : null,
    body: body ?? null,
    buttons: buttons.map(toButtonResponse),
  };
}

function toHeaderResponse({ format, text, shows }: RenderedHeader): RenderedHeaderResponse {
  return { format, ...(text !== undefined && { text }), ...(shows !== undefined && { shows }) };
}

function toButtonResponse({ type, text, url, phoneNumber, payload, code }: RenderedButton): RenderedButtonResponse {
  return {
    type,
    text: text ?? null,
    ...(url !== undefined && { url }),
    ...(phoneNumber !== undefined && { phone_number: phoneNumber }),
    ...(payload !== undefined && { payload }),
    ...(code !== undefined && { code }),
  };
}
