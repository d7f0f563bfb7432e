import { newId } from '#common';
import type { ListedTemplate } from '#messages';

import type { CloudApiTemplate } from '../cloud-api/index.ts';
import { placeholders } from './placeholders.ts';

/** A template as Meta lists it, as a row of our registry. */
export function toListedTemplate(template: CloudApiTemplate): ListedTemplate {
  const components = template.components ?? [];
  const bodyText = components.find(({ type }) => type.toUpperCase() === 'BODY')?.text ?? '';
  return {
    id: newId(),
    templateName: template.name,
    templateKey: template.name,
    category: template.category ?? 'UNKNOWN',
    language: template.language,
    status: template.status,
    bodyText,
    parameterCount: placeholders(bodyText).length,
    parameterFormat: template.parameter_format?.toUpperCase() ?? 'POSITIONAL',
    components: components,
    metaTemplateId: template.id,
    rejectedReason: template.rejected_reason && template.rejected_reason !== 'NONE' ? template.rejected_reason : null,
  };
}
