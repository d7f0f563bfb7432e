import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { IsOptional, IsUUID, Matches } from 'class-validator';

import type { KeyTarget } from '#messages';

const LANGUAGE = /^[a-z]{2,3}(_[A-Za-z0-9]{2,4})?$/;
const LANGUAGE_FAULT = { message: 'must be a language code such as es or en_US' };
const TENANT =
  'With a platform key: whose choice it is. Left out, it is the choice of the whole account that every tenant shares.';

/** Whose key, and in which language. */
export class TemplateKeyScopeDto {
  @ApiPropertyOptional({ format: 'uuid', description: TENANT })
  @IsOptional()
  @IsUUID('all', { message: 'must be the UUID of the tenant' })
  tenant_id?: string;
}

export class DeleteTemplateKeyDto extends TemplateKeyScopeDto {
  @ApiPropertyOptional({ example: 'es', type: String, description: 'Left out: in every language.' })
  @IsOptional()
  @Matches(LANGUAGE, LANGUAGE_FAULT)
  language?: string | null;
}

export class PutTemplateKeyDto extends TemplateKeyScopeDto {
  @ApiProperty({ example: 'po_notification', description: "Meta's name of the template." })
  @Matches(/^[a-z0-9_]{1,512}$/, { message: "must be Meta's name of a template, such as order_approved_v2" })
  template: string;

  @ApiPropertyOptional({ example: 'es', type: String, nullable: true, description: 'Left out: every language.' })
  @IsOptional()
  @Matches(LANGUAGE, LANGUAGE_FAULT)
  language?: string | null;
}

@ApiSchema({ name: 'TemplateKey' })
export class TemplateKeyResponse {
  @ApiProperty({ example: 'order-approved' }) key: string;
  @ApiProperty({ example: 'order_approved_v2', description: "Meta's name." }) template: string;
  @ApiProperty({ type: String, nullable: true, description: 'Null: every language.' }) language: string | null;
  @ApiProperty({ format: 'uuid', type: String, nullable: true, description: "Null: the account's choice." })
  tenant_id: string | null;
}

export class TemplateKeyListResponse {
  @ApiProperty({ type: [TemplateKeyResponse] }) data: TemplateKeyResponse[];
}

export function toTemplateKeyResponse(target: KeyTarget): TemplateKeyResponse {
  return {
    key: target.templateKey,
    template: target.templateName,
    language: target.language,
    tenant_id: target.tenantId,
  };
}
