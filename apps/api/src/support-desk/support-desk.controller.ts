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
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { Response } from 'express';

import { type Caller, CurrentCaller, RequireScope } from '#tenants';

import { NotAudited } from '../audit/audited.decorator.ts';
import { objectOf } from '../operations/openapi/decorators.ts';
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

const text = (description: string, example: string) => ({ type: 'string', minLength: 1, description, example });
/** What else a body holds is passed over. */
const asked = (fields: Record<string, object>) => ({ ...objectOf(fields), additionalProperties: true });
const answered = (message: string, data: object) => objectOf({ message: { const: message }, data });

const TEXT = { type: 'string' };
const TOLD = { sender: TEXT, receiver: TEXT, content: TEXT, timestamp: { type: 'string', format: 'date-time' } };
const SENT = objectOf({ id: { type: 'string', format: 'uuid' }, ...TOLD, status: { const: 'sent' } });
const RECEIVED = objectOf({ ...TOLD, receiver: { const: 'Me' } });
const REFUSED = {
  type: 'object',
  additionalProperties: { oneOf: [TEXT, { type: 'array', items: TEXT }] },
  example: { receiver: ['This field is required.'] },
};

/** The routes of the support application that came before, for its clients: paths, words and shapes are its own. */
@ApiTags('support desk (legacy)')
@ApiBearerAuth()
@UseFilters(UnusableBodyFilter)
@Controller('api')
export class SupportDeskController {
  constructor(private readonly desk: SupportDeskService) {}

  @Post('send-message')
  @NotAudited('the message tells it')
  @ApiOperation({ summary: 'Send a text', description: "Sends a text from the tenant's number." })
  @RequireScope('messages:send')
  @ApiBody({
    schema: asked({
      sender: text(
        "The tenant's sending number, Meta's id of it, or a name from SUPPORT_DESK_SENDERS.",
        '106540352242922',
      ),
      receiver: text('Phone number.', '+34612345678'),
      content: text('The text.', 'Su pedido sale hoy.'),
    }),
  })
  @ApiCreatedResponse({ schema: answered('Message sent asynchronously', SENT) })
  @ApiBadRequestResponse({
    description: '`{ "<field>": ["…"] }` for each bad field, `{ "error": "Invalid payload" }` for no JSON.',
    schema: REFUSED,
  })
  async send(@CurrentCaller() caller: Caller, @Body() body: unknown): Promise<object> {
    const given = readTexts(body, ['sender', 'receiver', 'content']);
    const { id, at } = await this.desk.send(caller, given);
    const data = { id, ...given, timestamp: seconds(at), status: 'sent' };
    return { message: 'Message sent asynchronously', data };
  }

  @Post('webhook')
  @NotAudited('the message tells it')
  @ApiOperation({ summary: 'Take what a customer wrote', description: 'Takes what a customer wrote.' })
  @HttpCode(200)
  @RequireScope('messages:send')
  @ApiBody({
    schema: asked({ sender: text('Who wrote.', '+34612345678'), content: text('The text.', '¿Cuándo llega?') }),
  })
  @ApiOkResponse({ schema: answered('Webhook received asynchronously', RECEIVED) })
  @ApiBadRequestResponse({ description: '`{ "error": "Invalid payload" }`', schema: REFUSED })
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
