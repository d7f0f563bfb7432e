import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';

import { LANGUAGE, TemplateFillingDto } from '../messages/dto/template-filling.dto.ts';

/** What a preview takes, as the documentation shows it; `template-previews.service.ts` reads it. */
@ApiSchema({ name: 'PreviewTemplate' })
export class PreviewTemplateDto extends TemplateFillingDto {
  @ApiPropertyOptional({ format: 'uuid', description: "With a platform key: whose; else the platform's own account." })
  tenant_id?: string;

  @ApiPropertyOptional({ example: '+34612345678', description: 'Recipient, where it is to stand in the message.' })
  to?: string;

  @ApiProperty(LANGUAGE) language: unknown;
}

export const PREVIEW_EXAMPLES = {
  'a purchase order': { value: { language: 'es', parameters: ['Proveedor ABC', 'PO-2024-001', '€1,250.00'] } },
};
