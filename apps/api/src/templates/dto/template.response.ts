import { ApiProperty, ApiSchema } from '@nestjs/swagger';

import type { WhatsAppTemplate } from '#messages';

const nullable = { nullable: true } as const;

@ApiSchema({ name: 'Template' })
export class TemplateResponse {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty({ example: 'po_notification', description: "Meta's name." }) template_name: string;
  @ApiProperty({ example: 'po_notification', description: 'Our stable name for callers.' }) template_key: string;
  @ApiProperty({ example: 'es' }) language: string;
  @ApiProperty({ example: 'UTILITY', description: 'As Meta decided, which may differ from what was asked for.' })
  category: string;
  @ApiProperty({ example: 'APPROVED', description: 'APPROVED, PENDING, REJECTED, PAUSED, DISABLED, DELETED…' })
  status: string;
  @ApiProperty({ type: String, ...nullable, example: 'PROMOTIONAL', description: 'Why it was REJECTED.' })
  rejected_reason: string | null;
  @ApiProperty({ type: String, ...nullable, description: 'Why it has this status and what would help.' })
  status_details: string | null;
  @ApiProperty({ type: String, format: 'date-time', ...nullable }) disabled_from: string | null;
  @ApiProperty({ enum: ['POSITIONAL', 'NAMED'] }) parameter_format: string;
  @ApiProperty({ description: 'Distinct variables of the body.' }) parameter_count: number;
  @ApiProperty() body_text: string;
  @ApiProperty({ type: [Object], description: "Meta's components, as they are." }) components: object[];
  @ApiProperty({ type: String, ...nullable, example: 'GREEN' }) quality_score: string | null;
  @ApiProperty({ type: String, format: 'date-time', ...nullable }) quality_scored_at: string | null;
  @ApiProperty({ type: String, ...nullable }) previous_category: string | null;
  @ApiProperty({ type: String, ...nullable, description: 'The category Meta finds right, where it has another.' })
  correct_category: string | null;
  @ApiProperty({ type: String, format: 'date-time', ...nullable }) category_changes_at: string | null;
  @ApiProperty({ type: String, ...nullable }) sub_category: string | null;
  @ApiProperty({ type: Number, ...nullable }) message_send_ttl_seconds: number | null;
  @ApiProperty({ type: String, ...nullable }) library_template_name: string | null;
  @ApiProperty({ description: 'Messages of it that Meta took; some seconds behind.' }) sent_count: number;
  @ApiProperty({ format: 'date-time', type: String, nullable: true }) last_used_at: string | null;
  @ApiProperty({ description: 'False: Meta has it no more.' }) is_active: boolean;
  @ApiProperty({ format: 'date-time', description: 'When Meta was last asked about it.' }) synced_at: string;
}

@ApiSchema({ name: 'TemplatePage' })
export class TemplatePageResponse {
  @ApiProperty({ type: [TemplateResponse] }) data: TemplateResponse[];
  @ApiProperty({ example: { next_cursor: null } }) paging: { next_cursor: string | null };
}

/** Field by field, so that a new column never leaks. */
export function toTemplateResponse(template: WhatsAppTemplate): TemplateResponse {
  return {
    id: template.id,
    template_name: template.templateName,
    template_key: template.templateKey,
    language: template.language,
    category: template.category,
    status: template.status,
    rejected_reason: template.rejectedReason,
    status_details: template.statusDetails,
    disabled_from: template.disabledFrom?.toISOString() ?? null,
    parameter_format: template.parameterFormat,
    parameter_count: template.parameterCount,
    body_text: template.bodyText,
    components: template.components,
    quality_score: template.qualityScore,
    quality_scored_at: template.qualityScoredAt?.toISOString() ?? null,
    previous_category: template.previousCategory,
    correct_category: template.correctCategory,
    category_changes_at: template.categoryChangesAt?.toISOString() ?? null,
    sub_category: template.subCategory,
    message_send_ttl_seconds: template.messageSendTtlSeconds,
    library_template_name: template.libraryTemplateName,
    sent_count: template.sentCount,
    last_used_at: template.lastUsedAt?.toISOString() ?? null,
    is_active: template.isActive,
    synced_at: template.syncedAt.toISOString(),
  };
}
