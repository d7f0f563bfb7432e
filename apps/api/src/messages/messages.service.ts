import { Injectable } from '@nestjs/common';

import { isUuid, NotFoundError, ValidationError } from '#common';
import { type WhatsAppMessage, WhatsAppMessageRepository } from '#messages';
import { type Caller, tenantOf } from '#tenants';
import { WhatsAppBusinessService } from '#whatsapp';

import { type Answer, IdempotencyService } from '../idempotency/idempotency.service.ts';
import { type ListMessagesDto, toMessageFilter } from './dto/list-messages.dto.ts';
import { type MessageResponse, toEventResponse, toMessageResponse } from './dto/message.response.ts';
import { readSend } from './dto/send-message.dto.ts';

export interface MessagePage {
  data: MessageResponse[];
  paging: { next_cursor: string | null };
}

/** What the routes under `/messages` do for a caller. */
@Injectable()
export class MessagesService {
  constructor(
    private readonly whatsapp: WhatsAppBusinessService,
    private readonly messages: WhatsAppMessageRepository,
    private readonly idempotency: IdempotencyService,
  ) {}

  /** 202 with the stored message; 201 with the answered one when the caller waits and WhatsApp answers in time. */
  async send(
    caller: Caller,
    body: unknown,
    options: { idempotencyKey: string | undefined; waitMs: number },
  ): Promise<Answer & { replayed: boolean }> {
    const { request, errors } = readSend(caller, body);
    const { tenantId } = request;
    const keyed = { tenantId, key: options.idempotencyKey, route: 'POST /api/v1/whatsapp/messages', body };
    return this.idempotency.once(keyed, async (remember) => {
      const stored = await this.whatsapp.sendMessage(request, {
        errors,
        alongside: (tx, message) => remember(tx, accepted(message)),
      });
      if (options.waitMs === 0) return accepted(stored);
      const message = await this.whatsapp.waitForAnswer(stored.id, options.waitMs);
      return message.status === 'PENDING' ? accepted(message) : { status: 201, body: toMessageResponse(message) };
    });
  }

  async list(caller: Caller, dto: ListMessagesDto): Promise<MessagePage> {
    // A tenant's key sees its tenant; a platform key sees every tenant, or the one it names.
    const tenantId = caller.tenantId === null ? dto.tenant_id : tenantOf(caller, dto.tenant_id);
    const found = await this.messages.list(toMessageFilter(tenantId, dto), dto.limit + 1, readCursor(dto.cursor));
    const page = found.slice(0, dto.limit);
    const last = found.length > dto.limit ? page.at(-1) : undefined;
    return { data: page.map(toMessageResponse), paging: { next_cursor: last ? toCursor(last.id) : null } };
  }

  async get(caller: Caller, id: string): Promise<MessageResponse> {
    const message = await this.find(caller, id);
    const events = await this.messages.findTimeline(message.id);
    return { ...toMessageResponse(message), events: events.map(toEventResponse) };
  }

  /** Another tenant's message is not found, as one that does not exist. */
  private async find({ tenantId }: Caller, id: string): Promise<WhatsAppMessage> {
    if (!isUuid(id)) throw new NotFoundError('message', id);
    const message = tenantId === null ? await this.messages.findById(id) : await this.messages.findOwn(tenantId, id);
    if (!message) throw new NotFoundError('message', id);
    return message;
  }
}

function accepted(message: WhatsAppMessage): Answer {
  return { status: 202, body: toMessageResponse(message) };
}

/** Opaque outside; inside, the id of the last message of the page. */
function toCursor(id: string): string {
  return Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url');
}

function readCursor(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const hex = Buffer.from(cursor, 'base64url').toString('hex');
  const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  if (!isUuid(id)) {
    throw new ValidationError([{ field: 'cursor', message: 'must be the paging.next_cursor of an earlier answer' }]);
  }
  return id;
}
