import {
  Body,
  Controller,
  Delete,
  Get,
  Headers,
  HttpCode,
  HttpStatus,
  Param,
  Patch,
  Post,
  Query,
  Req,
  Res,
  UseInterceptors,
} from '@nestjs/common';
import {
  ApiBadGatewayResponse,
  ApiBearerAuth,
  ApiBody,
  ApiConflictResponse,
  ApiConsumes,
  ApiCreatedResponse,
  ApiHeader,
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiServiceUnavailableResponse,
  ApiTags,
  ApiTooManyRequestsResponse,
  ApiUnprocessableEntityResponse,
} from '@nestjs/swagger';
import type { Request, Response } from 'express';

import { type Caller, CurrentCaller, RequireScope } from '#tenants';

import { Audited, type AuditedCall } from '../audit/audited.decorator.ts';
import { sendAnswer } from '../idempotency/send-answer.ts';
import { FormUploadInterceptor } from '../media/form-upload.interceptor.ts';
import { ApiListResponse, ApiPageResponse, objectOf } from '../operations/openapi/decorators.ts';
import { LibraryTemplateResponse } from './dto/library-template.response.ts';
import { ListTemplatesDto, OfTenantDto } from './dto/list-templates.dto.ts';
import {
  HeaderExampleResponse,
  NEW_TEMPLATE_EXAMPLES,
  NewTemplateDto,
  TemplateChangesDto,
} from './dto/new-template.dto.ts';
import { TemplatePageResponse, TemplateResponse } from './dto/template.response.ts';
import { DeleteTemplateDto, SearchLibraryDto } from './dto/template-actions.dto.ts';
import { TemplateSetupResponse } from './dto/template-setup.response.ts';
import { TemplatesService } from './templates.service.ts';

const AT_META = { outside: true, named: 'name' };
/** A form, or the file itself as the body with its type in `Content-Type`. */
const FILE_FORM = { type: 'object', required: ['file'], properties: { file: { type: 'string', format: 'binary' } } };
const NO_SUCH = { description: '`template-not-found`.' };
const NOT_VALID = { description: '`validation-failed` with every bad field; `template-refused` in words of Meta.' };
const NOT_EDITABLE = {
  description: '`template-not-editable`, `template-category-fixed`, `template-not-synced`: not in its present status.',
};

/** The texts Meta approved, and those that are to be. */
@ApiTags('templates')
@ApiBearerAuth()
@ApiTooManyRequestsResponse({ description: '`whatsapp-throttled`: Meta takes no more calls for now.' })
@ApiBadGatewayResponse({ description: '`whatsapp-refused`: the token or the account, not the request.' })
@ApiServiceUnavailableResponse({
  description: '`whatsapp-unreachable`, `whatsapp-unavailable`, or `whatsapp-outcome-unknown`: look before repeating.',
})
@Controller('api/v1/whatsapp/templates')
export class TemplatesController {
  constructor(private readonly templates: TemplatesService) {}

  @Get()
  @ApiOperation({ summary: 'List templates', description: 'Our copy of what Meta has, newest first.' })
  @RequireScope('templates:read')
  @ApiOkResponse({ type: TemplatePageResponse })
  async list(@CurrentCaller() caller: Caller, @Query() query: ListTemplatesDto): Promise<TemplatePageResponse> {
    return this.templates.list(caller, query);
  }

  @Get('library')
  @ApiOperation({
    summary: "Search Meta's template library",
    description: 'Texts that Meta keeps ready; `POST /templates` makes a template of one by `library_template_name`.',
  })
  @RequireScope('templates:read')
  @ApiPageResponse(LibraryTemplateResponse)
  async searchLibrary(@CurrentCaller() caller: Caller, @Query() query: SearchLibraryDto): Promise<object> {
    return this.templates.searchLibrary(caller, query);
  }

  @Get(':name')
  @ApiOperation({ summary: 'Look at a template', description: 'Every language of a template.' })
  @RequireScope('templates:read')
  @ApiListResponse(TemplateResponse)
  @ApiNotFoundResponse(NO_SUCH)
  async get(@CurrentCaller() caller: Caller, @Param('name') name: string, @Query() { tenant_id }: OfTenantDto) {
    return { data: await this.templates.get(caller, name, tenant_id) };
  }

  @Post()
  @Audited('template.created', { outside: true, named: 'template_name' })
  @ApiOperation({
    summary: 'Submit a template',
    description:
      'Submits a template to Meta for review, which takes minutes and may take a day. The status is followed by itself.',
  })
  @RequireScope('templates:write')
  @ApiHeader({ name: 'Idempotency-Key', required: false })
  @ApiBody({ type: NewTemplateDto, examples: NEW_TEMPLATE_EXAMPLES })
  @ApiCreatedResponse({ type: TemplateResponse, description: 'As Meta took it: mostly PENDING.' })
  @ApiUnprocessableEntityResponse(NOT_VALID)
  @ApiConflictResponse({
    description: '`template-exists`, `template-name-blocked` for 30 days after a removal, `template-limit-reached`.',
  })
  async create(
    @CurrentCaller() caller: Caller,
    @Body() body: unknown,
    @Headers('idempotency-key') idempotencyKey: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object> {
    return sendAnswer(response, await this.templates.create(caller, body, idempotencyKey));
  }

  @Post('sync')
  @Audited('template.synced', AT_META)
  @ApiOperation({
    summary: 'Fetch the templates from Meta',
    description: 'Fetches every template of the account from Meta, now.',
  })
  @HttpCode(HttpStatus.OK)
  @RequireScope('templates:write')
  @ApiOkResponse({ schema: objectOf({ templates: { type: 'integer', example: 12 } }) })
  async sync(@CurrentCaller() caller: Caller, @Query() { tenant_id }: OfTenantDto): Promise<object> {
    return this.templates.sync(caller, tenant_id);
  }

  @Post('setup')
  @Audited('template.set-up', AT_META)
  @ApiOperation({
    summary: 'Set up the template of purchase orders',
    description:
      'Submits the template of purchase-order notifications if it is missing, and says what to wait for or to do.',
  })
  @HttpCode(HttpStatus.OK)
  @RequireScope('templates:write')
  @ApiOkResponse({ type: TemplateSetupResponse })
  @ApiConflictResponse({ description: '`template-name-blocked` for 30 days after a removal.' })
  async setUp(@CurrentCaller() caller: Caller, @Query() { tenant_id }: OfTenantDto): Promise<TemplateSetupResponse> {
    return this.templates.setUp(caller, tenant_id);
  }

  @Post('header-examples')
  @Audited('template.example-uploaded', AT_META)
  @ApiOperation({
    summary: 'Upload the example of a header',
    description:
      "Gives Meta a picture, a film or a PDF that shows a header; the handle goes into the template's `header_handle`. A form, or the file itself as the body.",
  })
  @RequireScope('templates:write')
  @UseInterceptors(FormUploadInterceptor)
  @ApiConsumes('multipart/form-data')
  @ApiBody({ schema: FILE_FORM })
  @ApiCreatedResponse({ type: HeaderExampleResponse })
  async uploadExample(
    @CurrentCaller() caller: Caller,
    @Query() { tenant_id }: OfTenantDto,
    @Req() request: Request,
  ): Promise<HeaderExampleResponse> {
    return { header_handle: await this.templates.uploadExample(caller, request, tenant_id) };
  }

  @Patch(':name/:language')
  @Audited('template.edited', { ...AT_META, show: showLanguages })
  @ApiOperation({
    summary: 'Change a template',
    description:
      'Changes a template at Meta. All components are replaced together; an approved one at most once a day.',
  })
  @RequireScope('templates:write')
  @ApiBody({ type: TemplateChangesDto })
  @ApiOkResponse({ type: TemplateResponse })
  @ApiNotFoundResponse(NO_SUCH)
  @ApiConflictResponse(NOT_EDITABLE)
  @ApiUnprocessableEntityResponse(NOT_VALID)
  async edit(
    @CurrentCaller() caller: Caller,
    @Param('name') name: string,
    @Param('language') language: string,
    @Query() { tenant_id: tenantId }: OfTenantDto,
    @Body() body: unknown,
  ): Promise<TemplateResponse> {
    return this.templates.edit(caller, { name, language, tenantId }, body);
  }

  @Delete(':name')
  @Audited('template.removed', { ...AT_META, show: showLanguages })
  @ApiOperation({
    summary: 'Remove a template',
    description:
      'Removes a template at Meta, in one language or in all. Its name is blocked for 30 days if it was approved.',
  })
  @HttpCode(HttpStatus.NO_CONTENT)
  @RequireScope('templates:write')
  @ApiNoContentResponse()
  @ApiNotFoundResponse(NO_SUCH)
  @ApiConflictResponse({ description: '`template-not-deletable`: Meta keeps one that it disabled.' })
  async remove(
    @CurrentCaller() caller: Caller,
    @Param('name') name: string,
    @Query() { language, tenant_id }: DeleteTemplateDto,
  ): Promise<void> {
    await this.templates.delete(caller, name, language, tenant_id);
  }

  @Post(':name/:language/unpause')
  @Audited('template.unpaused', { ...AT_META, show: showLanguages })
  @ApiOperation({ summary: 'Unpause a template', description: 'Lets a template go on that Meta paused.' })
  @HttpCode(HttpStatus.OK)
  @RequireScope('templates:write')
  @ApiOkResponse({ type: TemplateResponse })
  @ApiNotFoundResponse(NO_SUCH)
  @ApiConflictResponse({ description: '`template-not-paused`.' })
  async unpause(
    @CurrentCaller() caller: Caller,
    @Param('name') name: string,
    @Param('language') language: string,
    @Query() { tenant_id }: OfTenantDto,
  ): Promise<TemplateResponse> {
    return this.templates.unpause(caller, name, language, tenant_id);
  }
}

/** One language of a template, or, where all are meant, the status of each. */
async function showLanguages(
  controller: TemplatesController,
  { caller, params, query }: AuditedCall,
): Promise<object | undefined> {
  const { data } = await controller.get(caller, params.name!, query);
  const language = params.language ?? query.language;
  if (language === undefined) return Object.fromEntries(data.map((one) => [one.language, one.status]));
  return data.find((one) => one.language === language);
}
