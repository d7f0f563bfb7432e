import { pipeline } from 'node:stream/promises';

import { Controller, Get, Headers, HttpCode, HttpStatus, Param, Post, Req, Res, UseInterceptors } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiBody,
  ApiConsumes,
  ApiCreatedResponse,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiProduces,
  ApiQuery,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { Request, Response } from 'express';

import { MediaService } from '#media';
import { type Caller, CurrentCaller, RequireScope } from '#tenants';

import { NotAudited } from '../audit/audited.decorator.ts';
import { sendAnswer } from '../idempotency/send-answer.ts';
import { ignoreReaderLeft } from '../ignore-reader-left.ts';
import { contentHeaders, isKnown, readRange } from './content-headers.ts';
import { FormUploadInterceptor } from './form-upload.interceptor.ts';
import { MediaResponse, toMediaResponse, UploadedMediaResponse } from './media.response.ts';
import { UploadsService } from './uploads.service.ts';

const BYTES = { type: 'string', format: 'binary' };

const FORM = {
  type: 'object',
  required: ['file'],
  properties: {
    file: { type: 'string', format: 'binary' },
    tenant_id: { type: 'string', format: 'uuid', description: 'Only with a platform key.' },
    file_name: { type: 'string', maxLength: 240 },
  },
};

@ApiTags('media')
@ApiBearerAuth()
@Controller('api/v1/whatsapp/media')
export class MediaController {
  constructor(
    private readonly media: MediaService,
    private readonly uploads: UploadsService,
  ) {}

  @Post()
  @NotAudited('a file goes nowhere by itself; the message with it tells')
  @ApiOperation({
    summary: 'Upload a file',
    description:
      'Keeps a file and gives it to Meta once. A form, or the file itself as the body with its type in `Content-Type`.',
  })
  @HttpCode(HttpStatus.CREATED)
  @RequireScope('messages:send')
  @UseInterceptors(FormUploadInterceptor)
  @ApiConsumes('multipart/form-data')
  @ApiBody({ schema: FORM })
  @ApiQuery({ name: 'tenant_id', required: false, description: 'Only with a platform key, when the body is the file.' })
  @ApiQuery({ name: 'file_name', required: false, description: 'When the body is the file.' })
  @ApiHeader({ name: 'Idempotency-Key', required: false })
  @ApiCreatedResponse({ type: UploadedMediaResponse })
  async upload(
    @CurrentCaller() caller: Caller,
    @Req() request: Request,
    @Headers('idempotency-key') idempotencyKey: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object> {
    return sendAnswer(response, await this.uploads.upload(caller, request, idempotencyKey));
  }

  @Get(':id')
  @ApiOperation({ summary: 'Look at a file' })
  @RequireScope('messages:read')
  @ApiOkResponse({ type: MediaResponse })
  async get(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<MediaResponse> {
    return toMediaResponse(await this.media.find(caller.tenantId, id));
  }

  @Get(':id/content')
  @ApiOperation({
    summary: 'Download a file',
    description: 'The bytes, to be saved; `Range` and `If-None-Match` are understood.',
  })
  @RequireScope('messages:read')
  @ApiProduces('application/octet-stream')
  @ApiHeader({ name: 'Range', required: false, description: '`bytes=0-1023`: this part alone.' })
  @ApiHeader({ name: 'If-None-Match', required: false, description: 'The `ETag` of what is known already.' })
  @ApiOkResponse({ description: 'The file.', schema: BYTES })
  @ApiResponse({ status: 206, description: 'The part.', schema: BYTES })
  @ApiResponse({ status: 304, description: 'The file is known already.' })
  @ApiResponse({ status: 416, description: 'The file has no such part.', content: {} })
  async content(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const media = this.media.assertStored(await this.media.find(caller.tenantId, id));
    const { 'if-none-match': ifNoneMatch, range: asked, 'if-range': ifRange } = request.headers;
    const headers = contentHeaders(media);
    if (isKnown(media, ifNoneMatch)) return void response.status(304).set(headers).end();

    const range = readRange(media, asked, ifRange as string | undefined);
    if (range === 'outside') {
      return void response
        .status(416)
        .set({ 'Content-Range': `bytes */${media.size}` })
        .end();
    }
    const bytes = await this.media.read(media, range);
    response.status(range ? 206 : 200).set(headers);
    if (range) response.set('Content-Range', `bytes ${range.start}-${range.end}/${media.size}`);
    response.set('Content-Length', String(range ? range.end - range.start + 1 : media.size));
    if (request.method === 'HEAD') {
      bytes.destroy();
      return void response.end();
    }
    await pipeline(bytes, response).catch(ignoreReaderLeft);
  }
}
