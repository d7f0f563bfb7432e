import { Injectable } from '@nestjs/common';

import { ValidationError } from '#common';
import { SenderDirectory } from '#tenants';

import { readContent } from '../payloads/index.ts';
import type { TemplateNotification } from '../whatsapp.service.ts';
import { TemplateCatalogueService } from './template-catalogue.service.ts';

export type ProbedTemplate = Pick<TemplateNotification, 'template' | 'language' | 'parameters'>;

/** Whether a template could be sent, without a send: for what is configured long before anything is. */
@Injectable()
export class TemplateProbe {
  constructor(
    private readonly catalogue: TemplateCatalogueService,
    private readonly senders: SenderDirectory,
  ) {}

  /** `look` is called whenever the templates were fetched from Meta. */
  afterSync(look: () => void): void {
    this.catalogue.onSynced(look);
  }

  /** What stands against sending it from the platform's account, by our copy as it is; undefined when nothing does. */
  async faultOf(probed: ProbedTemplate): Promise<string | undefined> {
    const { template, language, parameters } = probed;
    const message = { type: 'template', template: { ...template, language, parameters } };
    const { content, errors } = readContent(message);
    const refusal = content
      ? await this.catalogue.objectionTo(null, this.senders.forTenant(null), message, content)
      : new ValidationError(errors);
    return refusal?.errors?.map(({ message: fault }) => fault).join('; ');
  }
}
