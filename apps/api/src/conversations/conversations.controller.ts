import { Body, Controller, Get, HttpCode, HttpStatus, Param, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';

import { AppError, Clock, isUuid, NotFoundError } from '#common';
import {
  type Conversation,
  type ConversationFilter,
  ConversationRepository,
  type PersonConversation,
  WhatsAppMessageRepository,
  windowAt,
} from '#messages';
import { type Caller, CurrentCaller, RequireScope, SenderDirectory, tenantAskedFor } from '#tenants';
import { CloudApiClient, CloudApiError, CloudApiRefusal } from '#whatsapp';

import { Audited } from '../audit/audited.decorator.ts';
import { readCursor, toPage } from '../messages/cursor.ts';
import { MessageResponse, toMessageResponse } from '../messages/dto/message.response.ts';
import { PageDto } from '../messages/dto/page.dto.ts';
import { ApiPageResponse } from '../operations/openapi/decorators.ts';
import { DESK_ID } from '../support-desk/support-desk.service.ts';
import { ConversationResponse, ListConversationsDto, MarkReadDto, toConversationResponse } from './conversation.dto.ts';

/** Who wrote, whether they can be answered freely, and what was said. */
@ApiTags('conversations')
@ApiBearerAuth()
@Controller('api/v1/whatsapp/conversations')
export class ConversationsController {
  constructor(
    private readonly conversations: ConversationRepository,
    private readonly messages: WhatsAppMessageRepository,
    private readonly senders: SenderDirectory,
    private readonly cloudApi: CloudApiClient,
    private readonly clock: Clock,
  ) {}

  @Get()
  @ApiOperation({ summary: 'List conversations', description: 'The last one written to first.' })
  @RequireScope('messages:read')
  @ApiPageResponse(ConversationResponse)
  async list(@CurrentCaller() caller: Caller, @Query() query: ListConversationsDto) {
    const { limit, cursor } = query;
    const found = await this.conversations.list(toFilter(caller, query), limit + 1, readCursor(cursor));
    return toPage(
      found,
      limit,
      (one) => this.show(one),
      ({ lastInboundId }) => lastInboundId,
    );
  }

  @Get(':id')
  @ApiOperation({ summary: 'Look at a conversation' })
  @RequireScope('messages:read')
  @ApiOkResponse({ type: ConversationResponse })
  async get(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<ConversationResponse> {
    return this.show(await this.find(caller, id));
  }

  @Get(':id/messages')
  @ApiOperation({ summary: 'List the messages of a conversation', description: 'Both directions, newest first.' })
  @RequireScope('messages:read')
  @ApiPageResponse(MessageResponse)
  async listMessages(@CurrentCaller() caller: Caller, @Param('id') id: string, @Query() { limit, cursor }: PageDto) {
    const found = await this.messages.listWith(await this.find(caller, id), limit + 1, readCursor(cursor));
    return toPage(found, limit, toMessageResponse);
  }

  /**
   * Shows the person blue ticks for what they wrote, and, with `typing`, that an answer is being written.
   * @throws AppError 502 `whatsapp-refused` or `whatsapp-unreachable`; nothing was changed then
   */
  @Post(':id/read')
  @Audited<ConversationsController>('conversation.read', {
    outside: true,
    show: (conversations, { caller, params }) => conversations.get(caller, params.id!),
  })
  @ApiOperation({ summary: 'Mark a conversation as read' })
  @HttpCode(HttpStatus.OK)
  @RequireScope('messages:send')
  @ApiOkResponse({ type: ConversationResponse })
  async markRead(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Body() { typing = false }: MarkReadDto,
  ): Promise<ConversationResponse> {
    const { id: latestId, phoneNumberId, lastInboundWamid } = await this.find(caller, id);
    if (!lastInboundWamid.startsWith(DESK_ID)) await this.showTicks(phoneNumberId, lastInboundWamid, typing);
    await this.conversations.markRead(latestId, lastInboundWamid);
    return this.show(await this.find(caller, id));
  }

  private async showTicks(phoneNumberId: string, wamid: string, typing: boolean): Promise<void> {
    const sender = this.senders.byPhoneNumberId(phoneNumberId);
    if (!sender) {
      throw new AppError(409, 'sending-number-unknown', `The number ${phoneNumberId} is not configured any more.`);
    }
    try {
      await this.cloudApi.markAsRead(sender, wamid, { typing });
    } catch (failure) {
      throw failure instanceof CloudApiError ? notMarked(failure) : failure;
    }
  }

  private show(conversation: Conversation): ConversationResponse {
    // Whoever wrote was heard: what is not open any more is closed.
    const window = windowAt(this.clock.now(), conversation.lastInboundAt, new Date(0));
    return toConversationResponse(conversation, window);
  }

  /** Another tenant's conversation is not found, as one that does not exist. */
  private async find({ tenantId }: Caller, id: string): Promise<PersonConversation> {
    const conversation = isUuid(id) ? await this.conversations.find(id) : null;
    if (!conversation || (tenantId !== null && conversation.tenantId !== tenantId)) {
      throw new NotFoundError('conversation', id);
    }
    return conversation;
  }
}

function toFilter(caller: Caller, query: ListConversationsDto): ConversationFilter {
  const tenantId = tenantAskedFor(caller, query.tenant_id);
  return {
    ...(tenantId && { tenantId }),
    ...(query.phone_number_id && { phoneNumberId: query.phone_number_id }),
    ...(query.contact && { contactKey: query.contact }),
    ...(query.window && { window: query.window }),
    ...(query.unread !== undefined && { unread: query.unread }),
  };
}

function notMarked(failure: CloudApiError): AppError {
  if (failure instanceof CloudApiRefusal) {
    const { code, advice } = failure;
    return new AppError(502, 'whatsapp-refused', `WhatsApp refused to mark it as read (${code}). ${advice.action}`);
  }
  return new AppError(502, 'whatsapp-unreachable', 'WhatsApp did not answer; marking as read may be repeated.', {
    retryAfterSeconds: 5,
  });
}
