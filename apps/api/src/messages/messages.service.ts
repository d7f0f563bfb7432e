import { Injectable } from '@nestjs/common';

import { afterCommit, AppError, isUuid, NotFoundError } from '#common';
import { MediaResolver, MessageMediaView } from '#media';
import {
  MessageDecisionRepository,
  type MessageFilter,
  type WhatsAppMessage,
  WhatsAppMessageRepository,
} from '#messages';
import { type Caller, tenantAskedFor } from '#tenants';
import { OutboxPoller, SendHoldsService, WhatsAppBusinessService } from '#whatsapp';

import { SendsByHand } from '../audit/sends-by-hand.ts';
import { type Answer, IdempotencyService } from '../idempotency/idempotency.service.ts';
import { readCursor, toPage } from './cursor.ts';
import { type ListMessagesDto, type MessageFiltersDto, toMessageFilter } from './dto/list-messages.dto.ts';
import { type MessageResponse, toMessageMedia, toMessageResponse, toTimeline } from './dto/message.response.ts';
import { readSend } from './dto/send-message.reader.ts';

export interface MessagePage {
  data: MessageResponse[];
  paging: { next_cursor: string | null };
}

/** Messages fetched at once for an export. */
const EXPORTED_AT_ONCE = 1_000;

export interface SendOptions {
  idempotencyKey: string | undefined;
  /** `Prefer: wait`; 0: do not wait. */
  waitMs: number;
}

/** What the routes under `/messages` do for a caller. */
@Injectable()
export class MessagesService {
  constructor(
    private readonly whatsapp: WhatsAppBusinessService,
    private readonly messages: WhatsAppMessageRepository,
    private readonly decisions: MessageDecisionRepository,
    private readonly holds: SendHoldsService,
    private readonly media: MessageMediaView,
    private readonly resolver: MediaResolver,
    private readonly outbox: OutboxPoller,
    private readonly idempotency: IdempotencyService,
    private readonly byHand: SendsByHand,
  ) {}

  /** 202 with the stored message; 201 with the answered one when the caller waits and WhatsApp answers in time. */
  async send(caller: Caller, body: unknown, options: SendOptions): Promise<Answer & { replayed: boolean }> {
    const { request: asked, errors } = readSend(caller, body);
    const { tenantId } = asked;
    const keyed = { tenantId, key: options.idempotencyKey, route: 'POST /api/v1/whatsapp/messages', body };
    return this.idempotency.once(keyed, async (remember) => {
      let early: Answer | undefined;
      const { request, errors: unknownFiles } = await this.resolver.resolve(asked);
      const stored = await this.whatsapp.sendMessage(request, {
        errors: [...errors, ...unknownFiles],
        alongside: this.byHand.alongside(
          caller,
          'message.sent',
          toMessageResponse,
          remember && ((tx, message) => remember(tx, (early = accepted(message)))),
        ),
      });
      if (options.waitMs === 0) return early ?? accepted(stored);
      const message = await this.whatsapp.waitForAnswer(stored.id, options.waitMs);
      return message.status === 'PENDING' ? accepted(message) : { status: 201, body: toMessageResponse(message) };
    });
  }

  async list(caller: Caller, dto: ListMessagesDto): Promise<MessagePage> {
    const found = await this.messages.list(toFilter(caller, dto), dto.limit + 1, readCursor(dto.cursor));
    const media = await this.media.of(found);
    return toPage(await this.holds.show(found), dto.limit, (message) => ({
      ...toMessageResponse(message),
      media: toMessageMedia(media.get(message.id)),
    }));
  }

  /** All that a list would show, page after page; the first one is there when this resolves. */
  async export(caller: Caller, filters: MessageFiltersDto): Promise<AsyncIterable<WhatsAppMessage>> {
    const filter = toFilter(caller, filters);
    const next = (beforeId?: string) =>
      this.messages.list(filter, EXPORTED_AT_ONCE, beforeId).then((found) => this.holds.show(found));
    return follow(await next(), next);
  }

  async get(caller: Caller, id: string): Promise<MessageResponse> {
    const message = await this.find(caller, id);
    const events = toTimeline(message, await this.messages.findEvents(message.id));
    const media = await this.media.of([message]);
    return { ...(await this.show(message)), media: toMessageMedia(media.get(message.id)), events };
  }

  /** @throws AppError 409 for a message that is on the wire or not PENDING any more */
  async cancel(caller: Caller, id: string): Promise<MessageResponse> {
    await this.find(caller, id);
    const cancelled = await this.decisions.cancel({ id });
    const message = await this.find(caller, id);
    if (cancelled.length > 0) return this.show(message);
    throw message.status === 'PENDING'
      ? new AppError(409, 'message-on-the-wire', 'The message is being sent right now; look again in a moment.', {
          retryAfterSeconds: 1,
        })
      : new AppError(
          409,
          'message-not-pending',
          `The message is ${message.status}; only a PENDING one can be cancelled.`,
        );
  }

  /** @throws AppError 409 for a message that is neither FAILED nor unconfirmed, or whose risk was not accepted */
  async retry(
    caller: Caller,
    id: string,
    { acceptDuplicateRisk }: { acceptDuplicateRisk: boolean },
  ): Promise<MessageResponse> {
    const { pendingReason } = await this.find(caller, id);
    if (pendingReason === 'unconfirmed' && !acceptDuplicateRisk) throw duplicateRisk();
    const retried =
      pendingReason === 'unconfirmed'
        ? await this.decisions.retryUnconfirmed({ id })
        : await this.decisions.retryFailed({ id });
    const message = await this.find(caller, id);
    if (retried.length === 0) {
      if (message.contentRemovedAt) throw contentRemoved();
      throw new AppError(
        409,
        'message-not-failed',
        `The message is ${message.status}; only a FAILED one can be retried.`,
      );
    }
    await afterCommit(() => this.outbox.wake());
    return this.show(message);
  }

  /** Another tenant's message is not found, as one that does not exist. */
  private async find({ tenantId }: Caller, id: string): Promise<WhatsAppMessage> {
    if (!isUuid(id)) throw new NotFoundError('message', id);
    const message = tenantId === null ? await this.messages.findById(id) : await this.messages.findOwn(tenantId, id);
    if (!message) throw new NotFoundError('message', id);
    return message;
  }

  private async show(message: WhatsAppMessage): Promise<MessageResponse> {
    const [shown] = await this.holds.show([message]);
    return toMessageResponse(shown!);
  }
}

function toFilter(caller: Caller, filters: MessageFiltersDto): MessageFilter {
  return toMessageFilter(tenantAskedFor(caller, filters.tenant_id), filters);
}

async function* follow(first: WhatsAppMessage[], next: (beforeId: string) => Promise<WhatsAppMessage[]>) {
  for (let page = first; page.length > 0; page = await next(page.at(-1)!.id)) yield* page;
}

function accepted(message: WhatsAppMessage): Answer {
  return { status: 202, body: toMessageResponse(message) };
}

function contentRemoved(): AppError {
  return new AppError(
    409,
    'message-content-removed',
    'What this message said is removed, so it cannot be sent again; send a new message.',
  );
}

function duplicateRisk(): AppError {
  return new AppError(
    409,
    'duplicate-risk-not-accepted',
    'WhatsApp may have taken this message already. Wait for its status, or send {"accept_duplicate_risk": true}.',
  );
}
