import type { WhatsAppMessage } from '#messages';

import { type MessageResponse, toMessageResponse } from './dto/message.response.ts';

/** Columns of an export, in their order; all but the text are named as in the API. */
export const COLUMNS = [
  'id',
  'tenant_id',
  'created_at',
  'direction',
  'status',
  'pending_reason',
  'type',
  'to',
  'recipient',
  'from_phone',
  'recipient_name',
  'text',
  'template_name',
  'template_language',
  'template_parameters',
  'whatsapp_message_id',
  'notification_id',
  'batch_id',
  'attempts',
  'error_code',
  'error_message',
  'sent_at',
  'delivered_at',
  'read_at',
  'failed_at',
] as const satisfies (keyof MessageResponse | 'text')[];

export async function* toRows(messages: AsyncIterable<WhatsAppMessage>): AsyncGenerator<unknown[]> {
  for await (const message of messages) yield toRow(message);
}

function toRow(message: WhatsAppMessage): unknown[] {
  const row: Record<string, unknown> = { ...toMessageResponse(message), text: textOf(message) };
  return COLUMNS.map((column) => row[column] ?? '');
}

/** What was written, or stands below the file. */
function textOf({ content }: WhatsAppMessage): unknown {
  const { body, caption } = (content[content.type as string] ?? {}) as { body?: unknown; caption?: unknown };
  return body ?? caption;
}
