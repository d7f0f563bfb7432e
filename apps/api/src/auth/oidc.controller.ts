import { Controller, Get, HttpStatus, Query, Req, Res } from '@nestjs/common';
import {
  ApiForbiddenResponse,
  ApiFoundResponse,
  ApiNotFoundResponse,
  ApiOperation,
  ApiServiceUnavailableResponse,
  ApiTags,
  ApiUnauthorizedResponse,
} from '@nestjs/swagger';
import type { Request, Response } from 'express';

import { forEverybody } from '#common';
import { ProviderCookie, ProviderSignInService, Public, SessionCookie } from '#tenants';

import { BeginProviderSignInDto } from './auth.dto.ts';
import { Visitor } from './visitor.decorator.ts';

/** Signing in at an identity provider, by OpenID Connect. A browser is led through both routes. */
@ApiTags('auth')
@Public()
@Controller('api/v1/auth/oidc')
export class OidcController {
  constructor(
    private readonly signIns: ProviderSignInService,
    private readonly cookie: ProviderCookie,
    private readonly sessionCookie: SessionCookie,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Go to the identity provider', description: "To the provider's page." })
  @ApiFoundResponse({ description: 'To the identity provider.' })
  @ApiNotFoundResponse({ description: '`identity-provider-missing`: none is configured.' })
  @ApiServiceUnavailableResponse({ description: '`identity-provider-unavailable`.' })
  async begin(@Query() { return_to: returnTo }: BeginProviderSignInDto, @Res() response: Response): Promise<void> {
    const { url, state, expiresAt } = await this.signIns.begin(returnTo);
    response.append('Set-Cookie', this.cookie.give(state, expiresAt));
    response.redirect(HttpStatus.FOUND, url);
  }

  @Get('callback')
  @ApiOperation({
    summary: 'Come back from the identity provider',
    description: 'Where the provider sends the browser back to.',
  })
  @ApiFoundResponse({ description: 'Signed in: to `return_to`, with the cookie of the session.' })
  @ApiUnauthorizedResponse({ description: '`provider-sign-in-unknown` or `provider-sign-in-invalid`: begin again.' })
  @ApiForbiddenResponse({ description: '`person-unknown`: nobody here is that person.' })
  async finish(@Req() request: Request, @Visitor() visitor: Visitor, @Res() response: Response): Promise<void> {
    response.append('Set-Cookie', this.cookie.take());
    const state = this.cookie.read(request.headers);
    const { token, session, returnTo } = await forEverybody(() =>
      this.signIns.finish(queryOf(request), state, visitor),
    );
    response.append('Set-Cookie', this.sessionCookie.give(token, session.expiresAt));
    response.redirect(HttpStatus.FOUND, returnTo);
  }
}

/** As it came: what is signed and compared in it is for the client of the provider to read. */
function queryOf({ originalUrl }: Request): string {
  return originalUrl.split('?').slice(1).join('?');
}
