import { Injectable } from '@nestjs/common';

import { type FieldError, isUuid, PLATFORM_TENANT_ID, ValidationError } from '#common';
import { MediaResolver } from '#media';
import { type Caller, tenantOf } from '#tenants';
import { type PreviewRequest, TemplatePreviewService } from '#whatsapp';

import { type TemplatePreviewResponse, toPreviewResponse } from './template-preview.response.ts';

/** What the preview of a template does for a caller. */
@Injectable()
export class TemplatePreviewsService {
  constructor(
    private readonly previews: TemplatePreviewService,
    private readonly resolver: MediaResolver,
  ) {}

  /** @throws ValidationError 422 with every fault that a send would have, by the names of the preview's fields */
  async preview(caller: Caller, name: string, body: unknown): Promise<TemplatePreviewResponse> {
    const { request, errors } = readPreview(caller, name, body);
    try {
      const { template, errors: unknownFiles } = await this.resolve(request);
      return toPreviewResponse(await this.previews.preview({ ...request, template }, [...errors, ...unknownFiles]));
    } catch (cause) {
      throw cause instanceof ValidationError ? inTermsOfThePreview(cause) : cause;
    }
  }

  /** With Meta's ids in the place of ours, as in a send. */
  private async resolve({ tenantId, template }: PreviewRequest): Promise<Pick<PreviewRequest, 'template'> & Faults> {
    const { request, errors } = await this.resolver.resolve({ tenantId, message: { type: 'template', template } });
    return { template: request.message.template as PreviewRequest['template'], errors };
  }
}

interface Faults {
  errors: FieldError[];
}

/** Everything but the recipient and the tenant fills the template. */
function readPreview(caller: Caller, name: string, body: unknown): { request: PreviewRequest } & Faults {
  if (!isObject(body)) throw new ValidationError([{ field: 'body', message: 'must be a JSON object' }]);
  const { tenant_id: named, to, ...filling } = body;
  const errors: FieldError[] = [];
  if (filling.name !== undefined)
    errors.push({ field: 'template.name', message: 'stands in the address; leave it out' });
  const tenantId = readTenant(caller, named, errors);
  return { request: { tenantId, to, template: { ...filling, name } }, errors };
}

/** A platform key may look at the platform's own account, too. */
function readTenant(caller: Caller, named: unknown, errors: FieldError[]): string {
  const own = caller.tenantId ?? PLATFORM_TENANT_ID;
  if (named === undefined) return own;
  if (!isUuid(named)) {
    errors.push({ field: 'tenant_id', message: 'must be a UUID: the tenant to look for' });
    return own;
  }
  return tenantOf(caller, named);
}

/** `template.parameters[0]` of a send is `parameters[0]` here. */
function inTermsOfThePreview({ errors = [], code }: ValidationError): ValidationError {
  return new ValidationError(
    errors.map(({ field, message }) => ({ field: field.replace(/^template\./, ''), message })),
    code,
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
