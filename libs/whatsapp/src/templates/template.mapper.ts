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
    components,
    metaTemplateId: template.id,
    rejectedReason: template.rejected_reason && template.rejected_reason !== 'NONE' ? template.rejected_reason : null,
    qualityScore: template.quality_score?.score ?? null,
    qualityScoredAt: timeOf(template.quality_score?.date),
    previousCategory: template.previous_category ?? null,
    correctCategory: template.correct_category ?? null,
    subCategory: template.sub_category ?? null,
    messageSendTtlSeconds: wholeOf(template.message_send_ttl_seconds),
    libraryTemplateName: template.library_template_name ?? null,
  };
}

/** Of Meta's seconds since 1970. */
function timeOf(seconds: unknown): Date | null {
  const whole = wholeOf(seconds);
  return whole === null ? null : new Date(whole * 1_000);
}

/** What comes over the wire has the type we hope for, or none: one odd template must not end the sync of all. */
function wholeOf(value: unknown): number | null {
  return Number.isInteger(value) && Math.abs(value as number) < 2 ** 31 ? (value as number) : null;
}
