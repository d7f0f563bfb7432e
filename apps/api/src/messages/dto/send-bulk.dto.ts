import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';

import { AppError, type FieldError, isUuid, ValidationError } from '#common';
import { type Caller, tenantOf } from '#tenants';
import type { BulkItem, BulkReceipt } from '#whatsapp';

import { SendMessageDto } from './send-message.dto.ts';
import { readSend } from './send-message.reader.ts';

/** Most messages of one bulk. */
export const LARGEST_BULK = 1_000;

@ApiSchema({ name: 'SendBulk' })
export class SendBulkDto {
  @ApiPropertyOptional({ format: 'uuid', description: 'Only with a platform key: the tenant to send for.' })
  tenant_id?: string;

  @ApiProperty({ type: [SendMessageDto], minItems: 1, maxItems: LARGEST_BULK })
  messages: SendMessageDto[];
}

@ApiSchema({ name: 'BulkResult' })
export class BulkResultResponse {
  @ApiProperty({ description: 'Its place in `messages`, from 0.' }) index: number;
  @ApiPropertyOptional({ format: 'uuid', description: 'Of an accepted message.' }) id?: string;
  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    description: 'Of a rejected one: `{ code, detail, errors }`.',
  })
  error?: { code: string; detail: string; errors?: FieldError[] };
}

@ApiSchema({ name: 'BulkReceipt' })
export class BulkResponse {
  @ApiProperty({ format: 'uuid' }) batch_id: string;
  @ApiProperty() accepted: number;
  @ApiProperty() rejected: number;
  @ApiProperty({ type: [BulkResultResponse] }) results: BulkResultResponse[];
}

/** One tenant, and each message as far as it can be read alone. */
export function readBulk(caller: Caller, body: unknown): { tenantId: string; items: BulkItem[] } {
  const { tenant_id: named, messages, ...unknown } = asObject(body);
  const errors = Object.keys(unknown).map((field) => ({ field, message: 'is not a known field; remove it' }));
  if (!Array.isArray(messages) || messages.length === 0 || messages.length > LARGEST_BULK) {
    errors.push({ field: 'messages', message: `must be a list of 1 to ${LARGEST_BULK} messages` });
  }
  if (errors.length > 0) throw new ValidationError(errors);

  const list = messages as unknown[];
  const tenantId = tenantOf(caller, typeof named === 'string' ? named : tenantNamedIn(list));
  return { tenantId, items: list.map((message) => readItem(caller, tenantId, message)) };
}

export function toBulkResponse({ batchId, results }: BulkReceipt): BulkResponse {
  const rejected = results.filter((result) => 'error' in result).length;
  return {
    batch_id: batchId,
    accepted: results.length - rejected,
    rejected,
    results: results.map((result) =>
      'error' in result
        ? { index: result.index, error: toItemError(result.error) }
        : { index: result.index, id: result.message.id },
    ),
  };
}

function toItemError({ code, message, errors }: AppError) {
  return { code, detail: message, errors };
}

/** A bulk is of one tenant: what a message leaves out, the bulk says for it. */
function readItem(caller: Caller, tenantId: string, message: unknown): BulkItem {
  try {
    const { request, errors } = readSend(caller, { tenant_id: tenantId, ...asObject(message) });
    if (request.tenantId !== tenantId) {
      errors.push({
        field: 'tenant_id',
        message: `must be that of the bulk, ${tenantId}; send others in their own bulk`,
      });
    }
    return { request: { ...request, tenantId }, errors };
  } catch (refusal) {
    if (refusal instanceof AppError) return { refusal };
    throw refusal;
  }
}

/** With a platform key, the tenant may stand on the messages alone. */
function tenantNamedIn(messages: unknown[]): string | undefined {
  for (const message of messages) {
    const { tenant_id: named } = (message ?? {}) as { tenant_id?: unknown };
    if (isUuid(named)) return named;
  }
  return undefined;
}

function asObject(value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new ValidationError([{ field: 'body', message: 'must be a JSON object' }]);
}
