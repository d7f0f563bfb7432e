import { Body, Controller, HttpCode, HttpStatus, Param, Post } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiBody,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiUnprocessableEntityResponse,
} from '@nestjs/swagger';

import { type Caller, CurrentCaller, RequireScope } from '#tenants';

import { NotAudited } from '../audit/audited.decorator.ts';
import { PREVIEW_EXAMPLES, PreviewTemplateDto } from './template-preview.dto.ts';
import { TemplatePreviewResponse } from './template-preview.response.ts';
import { TemplatePreviewsService } from './template-previews.service.ts';

@ApiTags('templates')
@ApiBearerAuth()
@Controller('api/v1/whatsapp/templates/:name/preview')
export class TemplatePreviewController {
  constructor(private readonly previews: TemplatePreviewsService) {}

  @Post()
  @NotAudited('nothing is changed, and nothing is sent')
  @ApiOperation({
    summary: 'Preview a template',
    description: 'What the customer would see, and what would be posted to Meta. Nothing is sent.',
  })
  @HttpCode(HttpStatus.OK)
  @RequireScope('templates:read')
  @ApiBody({ type: PreviewTemplateDto, examples: PREVIEW_EXAMPLES })
  @ApiOkResponse({ type: TemplatePreviewResponse })
  @ApiUnprocessableEntityResponse({ description: 'It could not be sent: every field that is wrong, as for a send.' })
  async preview(
    @CurrentCaller() caller: Caller,
    @Param('name') name: string,
    @Body() body: unknown,
  ): Promise<TemplatePreviewResponse> {
    return this.previews.preview(caller, name, body);
  }
}
