import { Body, Controller, Delete, Get, HttpCode, HttpStatus, Param, Patch, Post } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';

import { AppError, isUuid, NotFoundError } from '#common';
import { assertPlatform, type Caller, CurrentCaller, RequireScope, SenderDirectory, SenderRepository } from '#tenants';

import { Audited } from '../audit/audited.decorator.ts';
import { Idempotent } from '../idempotency/idempotent.decorator.ts';
import { ApiPageResponse } from '../operations/openapi/decorators.ts';
import { ChangeMetaAppDto, CreateMetaAppDto, MetaAppResponse, toMetaAppResponse } from './dto/meta-app.dto.ts';

/** Apps at Meta beside the one of the environment: whose signature is believed, for the numbers that belong to them. */
@ApiTags('senders')
@ApiBearerAuth()
@RequireScope('admin')
@Controller('api/v1/meta-apps')
export class MetaAppsController {
  constructor(
    private readonly repository: SenderRepository,
    private readonly senders: SenderDirectory,
  ) {}

  @Get()
  @ApiOperation({ summary: 'List apps at Meta', description: 'Newest first, all of them.' })
  @ApiPageResponse(MetaAppResponse)
  async list(@CurrentCaller() caller: Caller) {
    assertPlatform(caller);
    return {
      data: (await this.repository.listApps()).toReversed().map(toMetaAppResponse),
      paging: { next_cursor: null },
    };
  }

  @Get(':id')
  @ApiOperation({ summary: 'Look at an app at Meta' })
  @ApiOkResponse({ type: MetaAppResponse })
  @ApiNotFoundResponse()
  async get(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<MetaAppResponse> {
    assertPlatform(caller);
    const app = isUuid(id) ? await this.repository.findApp(id) : null;
    if (!app) throw new NotFoundError('app', id);
    return toMetaAppResponse(app);
  }

  @Post()
  @Audited('meta-app.created')
  @Idempotent()
  @ApiOperation({ summary: 'Register an app at Meta' })
  @ApiCreatedResponse({ type: MetaAppResponse })
  @ApiConflictResponse({ description: '`app-name-taken`.' })
  async create(@CurrentCaller() caller: Caller, @Body() dto: CreateMetaAppDto): Promise<MetaAppResponse> {
    assertPlatform(caller);
    const { name, app_secret: appSecret, verify_token: verifyToken } = dto;
    const app = await this.repository.createApp({ name, appSecret, verifyToken });
    if (!app) throw nameTaken(name);
    await this.senders.reload();
    return toMetaAppResponse(app);
  }

  @Patch(':id')
  @Audited<MetaAppsController>('meta-app.changed', { show: (apps, { params }) => apps.find(params.id!) })
  @ApiOperation({
    summary: 'Change an app at Meta',
    description: 'With a new secret the one before it is accepted as well, until it is dropped or changed again.',
  })
  @ApiOkResponse({ type: MetaAppResponse })
  @ApiNotFoundResponse()
  @ApiConflictResponse({ description: '`app-name-taken`.' })
  async change(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Body() dto: ChangeMetaAppDto,
  ): Promise<MetaAppResponse> {
    assertPlatform(caller);
    const app = isUuid(id) ? await this.repository.changeApp(id, toChange(dto)) : null;
    if (!app) throw new NotFoundError('app', id);
    if (app === 'name-taken') throw nameTaken(dto.name!);
    await this.senders.reload();
    return toMetaAppResponse(app);
  }

  @Delete(':id')
  @Audited<MetaAppsController>('meta-app.removed', { show: (apps, { params }) => apps.find(params.id!) })
  @ApiOperation({ summary: 'Remove an app at Meta' })
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiNoContentResponse()
  @ApiNotFoundResponse()
  @ApiConflictResponse({ description: '`app-in-use`: numbers belong to it.' })
  async remove(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<void> {
    assertPlatform(caller);
    if (!isUuid(id) || !(await this.repository.findApp(id))) throw new NotFoundError('app', id);
    if (!(await this.repository.removeApp(id))) {
      throw new AppError(
        409,
        'app-in-use',
        'Sending numbers belong to this app; change their app_id or remove them first.',
      );
    }
    await this.senders.reload();
  }

  private async find(id: string): Promise<MetaAppResponse | null> {
    const app = isUuid(id) ? await this.repository.findApp(id) : null;
    return app && toMetaAppResponse(app);
  }
}

function toChange(dto: ChangeMetaAppDto) {
  return {
    ...(dto.name !== undefined && { name: dto.name }),
    ...(dto.app_secret !== undefined && { appSecret: dto.app_secret }),
    ...(dto.verify_token !== undefined && { verifyToken: dto.verify_token }),
    dropPreviousSecret: dto.drop_previous_secret ?? false,
  };
}

function nameTaken(name: string): AppError {
  return new AppError(409, 'app-name-taken', `Another app is called ${JSON.stringify(name)}; choose another name.`);
}
