import {
  type ArgumentsHost,
  Body,
  Catch,
  Controller,
  type ExceptionFilter,
  HttpCode,
  Post,
  UseFilters,
} from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiBearerAuth,
  ApiBody,
  ApiCreatedResponse,
  ApiOkResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { Response } from 'express';

import { type Caller, CurrentCaller, RequireScope } from '#tenants';

import { NotAudited } from '../audit/audited.decorator.ts';
import { INVALID_PAYLOAD, readTexts, UnusableBody } from './support-desk.reader.ts';
import { SupportDeskService } from './support-desk.service.ts';

/** As the support desk wrote times: whole seconds. */
const seconds = (at: Date): string => at.toISOString().replace(/\.\d+Z$/, 'Z');

@Catch(UnusableBody)
class UnusableBodyFilter implements ExceptionFilter {
  catch({ answer }: UnusableBody, host: ArgumentsHost): void {
    host.switchToHttp().getResponse<Response>().status(400).json(answer);
  }
}

const text = (description: string) => ({ type: 'string', description }) as const;

/** The routes of the support application that came before, for its clients: paths, words and shapes are its own. */
@ApiTags('support desk (legacy)')
@ApiBearerAuth()
@UseFilters(UnusableBodyFilter)
@Controller('api')
export class SupportDeskController {
  constructor(private readonly desk: SupportDeskService) {}

  /** Sends a text from the tenant's number. */
  @Post('send-message')
  @NotAudited('the message tells it')
  @RequireScope('messages:send')
  @ApiBody({
    schema: {
      type: 'object',
      required: ['sender', 'receiver', 'content'],
      properties: {
        sender: text("The tenant's sending number, Meta's id of it, or a name from SUPPORT_DESK_SENDERS."),
        receiver: text('Phone number.'),
        content: text('The text.'),
      },
    },
  })
  @ApiCreatedResponse({ description: '`{ message, data: { id, sender, receiver, content, timestamp, status } }`' })
  @ApiBadRequestResponse({
    description: '`{ "<field>": ["…"] }` for each bad field, `{ "error": "Invalid payload" }` for no JSON.',
  })
  async send(@CurrentCaller() caller: Caller, @Body() body: unknown): Promise<object> {
    const given = readTexts(body, ['sender', 'receiver', 'content']);
    const { id, at } = await this.desk.send(caller, given);
    const data = { id, ...given, timestamp: seconds(at), status: 'sent' };
    return { message: 'Message sent asynchronously', data };
  }

  /** Takes what a customer wrote. */
  @Post('webhook')
  @NotAudited('the message tells it')
  @HttpCode(200)
  @RequireScope('messages:send')
  @ApiBody({
    schema: {
      type: 'object',
      required: ['sender', 'content'],
      properties: { sender: text('Who wrote.'), content: text('The text.') },
    },
  })
  @ApiOkResponse({ description: '`{ message, data: { sender, receiver: "Me", content, timestamp } }`' })
  @ApiBadRequestResponse({ description: '`{ "error": "Invalid payload" }`' })
  async receive(@CurrentCaller() caller: Caller, @Body() body: unknown): Promise<object> {
    const { sender, content } = readInbound(body);
    const { at } = await this.desk.receive(caller, { sender, content });
    const data = { sender, receiver: 'Me', content, timestamp: seconds(at) };
    return { message: 'Webhook received asynchronously', data };
  }
}

/** @throws UnusableBody, which says the same of whatever is wrong */
function readInbound(body: unknown): { sender: string; content: string } {
  try {
    return readTexts(body, ['sender', 'content']);
  } catch (cause) {
    throw cause instanceof UnusableBody ? new UnusableBody(INVALID_PAYLOAD) : cause;
  }
}
