import { Controller, Get } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';

import { type WhatsAppTemplate, WhatsAppTemplateRepository } from '#messages';
import { type Caller, CurrentCaller, RequireScope, SenderDirectory } from '#tenants';

@ApiTags('templates')
@ApiBearerAuth()
@Controller('api/v1/whatsapp/templates')
export class TemplatesController {
  constructor(
    private readonly templates: WhatsAppTemplateRepository,
    private readonly senders: SenderDirectory,
  ) {}

  /** Our copy of what Meta approved. */
  @Get()
  @RequireScope('templates:read')
  async list(@CurrentCaller() caller: Caller): Promise<{ data: object[] }> {
    const { businessAccountId } = this.senders.forTenant(caller.tenantId);
    return { data: (await this.templates.list(businessAccountId)).map(toTemplateResponse) };
  }
}

function toTemplateResponse(template: WhatsAppTemplate): object {
  return {
    id: template.id,
    template_name: template.templateName,
    template_key: template.templateKey,
    language: template.language,
    category: template.category,
    status: template.status,
    parameter_format: template.parameterFormat,
    parameter_count: template.parameterCount,
    body_text: template.bodyText,
    components: template.components,
    status_details: template.statusDetails,
    rejected_reason: template.rejectedReason,
    disabled_from: template.disabledFrom?.toISOString() ?? null,
    quality_score: template.qualityScore,
    quality_scored_at: template.qualityScoredAt?.toISOString() ?? null,
    previous_category: template.previousCategory,
    correct_category: template.correctCategory,
    category_changes_at: template.categoryChangesAt?.toISOString() ?? null,
    sub_category: template.subCategory,
    message_send_ttl_seconds: template.messageSendTtlSeconds,
    library_template_name: template.libraryTemplateName,
    sent_count: template.sentCount,
    is_active: template.isActive,
    synced_at: template.syncedAt.toISOString(),
  };
}
