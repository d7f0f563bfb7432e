import { Controller, Delete, Get, HttpCode, HttpStatus, Param } from '@nestjs/common';
import { ApiCookieAuth, ApiNoContentResponse, ApiNotFoundResponse, ApiOperation, ApiTags } from '@nestjs/swagger';

import { isUuid, NotFoundError } from '#common';
import { CurrentSession, ForPeople, type PersonSession, SessionService } from '#tenants';

import { Audited } from '../audit/audited.decorator.ts';
import { ApiPageResponse } from '../operations/openapi/decorators.ts';
import { SessionResponse, toSessionResponse } from './auth.dto.ts';

/** Where the person is signed in. */
@ApiTags('auth')
@ApiCookieAuth()
@ForPeople()
@Controller('api/v1/auth/sessions')
export class SessionsController {
  constructor(private readonly sessions: SessionService) {}

  @Get()
  @ApiOperation({ summary: 'List the own sessions', description: 'Newest first, all of them.' })
  @ApiPageResponse(SessionResponse)
  async list(@CurrentSession() { id: currentId, person }: PersonSession) {
    const sessions = await this.sessions.list(person.id);
    return { data: sessions.map((one) => toSessionResponse(one, currentId)), paging: { next_cursor: null } };
  }

  @Delete()
  @ApiOperation({ summary: 'End all other sessions', description: 'All but the one that asks.' })
  @Audited('session.others-ended')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiNoContentResponse()
  async endOthers(@CurrentSession() session: PersonSession): Promise<void> {
    await this.sessions.endOthers(session);
  }

  @Delete(':id')
  @ApiOperation({ summary: 'End a session', description: "One of the person's own." })
  @Audited('session.ended')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiNoContentResponse()
  @ApiNotFoundResponse({ description: '`not-found`: over already, or of somebody else.' })
  async end(@CurrentSession() { person }: PersonSession, @Param('id') id: string): Promise<void> {
    if (!isUuid(id) || !(await this.sessions.end(person.id, id))) throw new NotFoundError('session', id);
  }
}
