import { Body, Controller, Get, HttpCode, HttpStatus, Param, Patch, Post, Query } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiConflictResponse,
  ApiCookieAuth,
  ApiCreatedResponse,
  ApiForbiddenResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';

import { type Caller, CurrentCaller, PeopleService, PersonRepository, RequireScope, tenantAskedFor } from '#tenants';

import { Audited, type AuditedCall } from '../audit/audited.decorator.ts';
import { Idempotent } from '../idempotency/idempotent.decorator.ts';
import { readCursor, toPage } from '../messages/cursor.ts';
import { ApiPageResponse } from '../operations/openapi/decorators.ts';
import {
  ChangePersonDto,
  CreatePersonDto,
  ListPeopleDto,
  PersonResponse,
  PersonWithPasswordResponse,
  toPersonResponse,
} from './person.dto.ts';

const showPerson = (people: PeopleController, { caller, params }: AuditedCall) => people.find(caller, params.id!);

const LAST_PLATFORM_ADMIN = { description: '`last-platform-admin`: nobody else could take the place.' };

/** People who sign in to the web page. An admin manages those of the tenant, a platform-admin all. */
@ApiTags('people')
@ApiBearerAuth()
@ApiCookieAuth()
@RequireScope('admin')
@ApiForbiddenResponse({ description: '`scope-missing`, or `role-above-own`: only the platform gives platform-admin.' })
@Controller('api/v1/people')
export class PeopleController {
  constructor(
    private readonly people: PeopleService,
    private readonly repository: PersonRepository,
  ) {}

  @Get()
  @ApiOperation({ summary: 'List people', description: 'Newest first.' })
  @ApiPageResponse(PersonResponse)
  async list(
    @CurrentCaller() caller: Caller,
    @Query() { limit, cursor, tenant_id: named, role, disabled }: ListPeopleDto,
  ) {
    const tenantId = tenantAskedFor(caller, named);
    const filter = { ...(tenantId && { tenantId }), ...(role && { role }), withDisabled: disabled };
    return toPage(await this.repository.list(filter, limit + 1, readCursor(cursor)), limit, toPersonResponse);
  }

  @Post()
  @ApiOperation({
    summary: 'Add a person',
    description:
      'The answer shows a password, this once (or again under the same `Idempotency-Key`); the person changes it at the first sign-in.',
  })
  @Audited('person.created')
  @Idempotent()
  @ApiCreatedResponse({ type: PersonWithPasswordResponse })
  @ApiConflictResponse({ description: '`email-taken`' })
  async create(
    @CurrentCaller() caller: Caller,
    @Body() { email, name, role, tenant_id: tenantId }: CreatePersonDto,
  ): Promise<PersonWithPasswordResponse> {
    const { person, password } = await this.people.create(caller, { email, name: name.trim(), role, tenantId });
    return { ...toPersonResponse(person), password };
  }

  @Get(':id')
  @ApiOperation({ summary: 'Look at a person' })
  @ApiOkResponse({ type: PersonResponse })
  async find(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<PersonResponse> {
    return toPersonResponse(await this.people.find(caller, id));
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Change a person', description: 'Another role or tenant ends the sessions of the person.' })
  @Audited<PeopleController>('person.changed', { show: showPerson })
  @ApiOkResponse({ type: PersonResponse })
  @ApiConflictResponse(LAST_PLATFORM_ADMIN)
  async change(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Body() { name, role, tenant_id: tenantId }: ChangePersonDto,
  ): Promise<PersonResponse> {
    return toPersonResponse(await this.people.change(caller, id, { name: name?.trim(), role, tenantId }));
  }

  @Post(':id/disable')
  @ApiOperation({ summary: 'Disable a person', description: 'Their sessions end, and they cannot sign in.' })
  @Audited<PeopleController>('person.disabled', { show: showPerson })
  @HttpCode(HttpStatus.OK)
  @ApiOkResponse({ type: PersonResponse })
  @ApiConflictResponse(LAST_PLATFORM_ADMIN)
  async disable(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<PersonResponse> {
    return toPersonResponse(await this.people.disable(caller, id));
  }

  @Post(':id/enable')
  @ApiOperation({ summary: 'Enable a person' })
  @Audited<PeopleController>('person.enabled', { show: showPerson })
  @HttpCode(HttpStatus.OK)
  @ApiOkResponse({ type: PersonResponse })
  async enable(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<PersonResponse> {
    return toPersonResponse(await this.people.enable(caller, id));
  }

  @Post(':id/reset-password')
  @ApiOperation({
    summary: 'Reset a password',
    description:
      'The old password, all sessions and the bond with an identity are over; the answer shows a password, this once.',
  })
  @Audited<PeopleController>('person.password-reset', { show: showPerson })
  @HttpCode(HttpStatus.OK)
  @ApiOkResponse({ type: PersonWithPasswordResponse })
  async resetPassword(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<PersonWithPasswordResponse> {
    const { person, password } = await this.people.resetPassword(caller, id);
    return { ...toPersonResponse(person), password };
  }
}
