import { Injectable } from '@nestjs/common';

import { type FieldError, parseE164, ValidationError } from '#common';
import type { WhatsAppTemplate } from '#messages';
import { SenderDirectory, TenantDirectory } from '#tenants';

import { type JsonObject, readContent } from '../payloads/index.ts';
import { TemplateCatalogueService } from './template-catalogue.service.ts';
import { type RenderedTemplate, renderTemplate } from './template-rendering.ts';

/** A send that is only looked at. */
export interface PreviewRequest {
  tenantId: string;
  /** Phone number, where it matters who would get it. */
  to?: unknown;
  /** As in a send: `{ name, language, parameters, … }`. */
  template: JsonObject;
}

export interface TemplatePreview {
  template: WhatsAppTemplate;
  rendered: RenderedTemplate;
  /** What would be posted to Meta. What only a message has stands in braces. */
  message: JsonObject;
}

/** Shows what a template send would say, and checks it as if it were sent. Nothing is stored. */
@Injectable()
export class TemplatePreviewService {
  constructor(
    private readonly tenants: TenantDirectory,
    private readonly senders: SenderDirectory,
    private readonly templates: TemplateCatalogueService,
  ) {}

  /**
   * @param errors what the door found wrong: refused together with what is found here
   * @throws ValidationError 422 as for a send; AppError 503 `templates-unavailable`
   */
  async preview(
    { tenantId, to, template: asked }: PreviewRequest,
    errors: FieldError[] = [],
  ): Promise<TemplatePreview> {
    const sender = this.senders.forTenant(tenantId);
    const message = { type: 'template', template: asked };
    const phone = to === undefined ? undefined : parseE164(to, this.tenants.countryOf(tenantId));
    const { content, errors: contentErrors } = readContent(message);
    const faults = [...errors, ...contentErrors];
    if (phone?.ok === false) faults.push({ field: 'to', message: phone.message });
    if (faults.length > 0 || !content) {
      throw new ValidationError([...faults, ...(await this.templates.faultsBeside(faults, tenantId, sender, message))]);
    }
    const template = await this.templates.check(sender, message, content);
    return {
      template,
      rendered: renderTemplate(template, content),
      message: {
        messaging_product: 'whatsapp',
        recipient_type: 'individual',
        to: phone?.ok ? phone.e164 : '{recipient}',
        ...content,
        biz_opaque_callback_data: '{message id}/1',
      },
    };
  }
}
