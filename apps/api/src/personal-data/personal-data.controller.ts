import { pipeline } from 'node:stream/promises';

import { Body, Controller, Get, HttpCode, HttpStatus, Param, Post, Res } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBearerAuth,
  ApiHeader,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiUnprocessableEntityResponse,
} from '@nestjs/swagger';
import type { Response } from 'express';

import { type Caller, CurrentCaller, RequireScope } from '#tenants';

import { Audited } from '../audit/audited.decorator.ts';
import { Idempotent } from '../idempotency/idempotent.decorator.ts';
import { ignoreReaderLeft } from '../ignore-reader-left.ts';
import { PreferWait } from '../messages/prefer-wait.decorator.ts';
import { ErasureResponse, PersonDto, toErasureResponse } from './personal-data.dto.ts';
import { PersonalDataService } from './personal-data.service.ts';

/** Everything about one person, to be handed over or erased. They are named in the body: addresses of requests are logged. */
@ApiTags('personal-data')
@ApiBearerAuth()
@RequireScope('admin')
@Controller('api/v1/whatsapp/personal-data')
export class PersonalDataController {
  constructor(private readonly personalData: PersonalDataService) {}

  @Post('export')
  @ApiOperation({
    summary: 'Hand over what is stored of a person',
    description:
      'Contact, conversations, messages with their timelines and files, purchase orders, raw deliveries that mention them.',
  })
  // Of the person no more than the masked number: the log outlives their erasure.
  @Audited('person-data.exported', { asked: ({ body }) => ({ phone: (body as PersonDto).phone }), outside: true })
  @HttpCode(HttpStatus.OK)
  @ApiOkResponse({
    description: 'One JSON object; the bytes of a file are at `GET /api/v1/whatsapp/media/{id}/content`.',
    schema: { type: 'object', additionalProperties: true },
  })
  @ApiUnprocessableEntityResponse({ description: '`person-required`, `tenant-required`, or a field that is none.' })
  async export(@CurrentCaller() caller: Caller, @Body() dto: PersonDto, @Res() response: Response): Promise<void> {
    const text = await this.personalData.export(caller, dto);
    response.set({
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Disposition': 'attachment; filename="person.json"',
    });
    await pipeline(text, response).catch(ignoreReaderLeft);
  }

  @Post('erasures')
  @ApiOperation({
    summary: 'Erase a person',
    description:
      'From the answer on, nothing they said before is stored any more; what is stored is removed in the background.',
  })
  @Audited('person-data.erased', { outside: true })
  @Idempotent()
  @HttpCode(HttpStatus.ACCEPTED)
  @ApiHeader({ name: 'Prefer', required: false, description: '`wait=N`: until it is done, at most 30 seconds.' })
  @ApiAcceptedResponse({ type: ErasureResponse })
  @ApiUnprocessableEntityResponse({ description: '`person-required`, `tenant-required`, or a field that is none.' })
  async erase(
    @CurrentCaller() caller: Caller,
    @Body() dto: PersonDto,
    @PreferWait() waitMs: number,
  ): Promise<ErasureResponse> {
    return toErasureResponse(await this.personalData.erase(caller, dto, waitMs));
  }

  @Get('erasures/:id')
  @ApiOperation({ summary: 'Look at an erasure', description: 'How far it is, and what was removed.' })
  @ApiOkResponse({ type: ErasureResponse })
  @ApiNotFoundResponse()
  async get(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<ErasureResponse> {
    return toErasureResponse(await this.personalData.find(caller, id));
  }
}
