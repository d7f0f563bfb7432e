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
    rejected_reason: template.rejectedReason,
    quality_score: template.qualityScore,
    previous_category: template.previousCategory,
    disabled_from: template.disabledFrom?.toISOString() ?? null,
    is_active: template.isActive,
    synced_at: template.syncedAt.toISOString(),
  };
}
