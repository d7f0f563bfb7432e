import { Body, Controller, Get, HttpCode, HttpStatus, Post, Req, Res } from '@nestjs/common';
import {
  ApiCookieAuth,
  ApiForbiddenResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiTooManyRequestsResponse,
  ApiUnauthorizedResponse,
} from '@nestjs/swagger';
import type { Request, Response } from 'express';

import { forEverybody } from '#common';
import {
  assertSameOrigin,
  CurrentSession,
  ForPeople,
  type PersonSession,
  ProviderSignInService,
  Public,
  SessionCookie,
  SessionService,
  type SignedIn,
  SignInService,
} from '#tenants';

import { Audited, NotAudited } from '../audit/audited.decorator.ts';
import {
  ChangePasswordDto,
  SignedInResponse,
  SignInDto,
  SignInMethodsResponse,
  toSignedInResponse,
} from './auth.dto.ts';
import { Visitor } from './visitor.decorator.ts';

/** How people sign in and out: a session in a cookie, which takes the place of an API key in a browser. */
@ApiTags('auth')
@ApiCookieAuth()
@ForPeople()
@Controller('api/v1/auth')
export class AuthController {
  constructor(
    private readonly signIns: SignInService,
    private readonly providers: ProviderSignInService,
    private readonly sessions: SessionService,
    private readonly cookie: SessionCookie,
  ) {}

  @Get('methods')
  @ApiOperation({ summary: 'List the ways to sign in', description: 'What a sign-in page has to offer.' })
  @Public()
  @ApiOkResponse({ type: SignInMethodsResponse })
  methods(): SignInMethodsResponse {
    return { password: true, oidc: this.providers.isOffered };
  }

  @Post('sign-in')
  @ApiOperation({
    summary: 'Sign in',
    description: "Sets the session's cookie, and ends the session that the browser had.",
  })
  @Public()
  @HttpCode(HttpStatus.OK)
  @ApiOkResponse({ type: SignedInResponse })
  @ApiUnauthorizedResponse({ description: '`sign-in-refused`, whatever was wrong.' })
  @ApiForbiddenResponse({ description: '`origin-foreign`: from a page of another origin.' })
  @ApiTooManyRequestsResponse({ description: '`sign-in-locked`: too many failures; `Retry-After` says how long.' })
  async signIn(
    @Req() request: Request,
    @Body() { email, password }: SignInDto,
    @Visitor() visitor: Visitor,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SignedInResponse> {
    assertSameOrigin(request.headers);
    // Whose rows the request may see is what it is about to find out.
    const signedIn = await forEverybody(() => this.signIns.signIn(email, password, visitor));
    const former = this.cookie.read(request.headers);
    if (former) await this.sessions.endByToken(former);
    return this.give(signedIn, response);
  }

  @Post('sign-out')
  @ApiOperation({ summary: 'Sign out' })
  @NotAudited('The journal of sign-ins has it.')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiNoContentResponse()
  async signOut(
    @CurrentSession() session: PersonSession,
    @Visitor() visitor: Visitor,
    @Res({ passthrough: true }) response: Response,
  ): Promise<void> {
    await this.signIns.signOut(session, visitor);
    response.append('Set-Cookie', this.cookie.take());
  }

  @Get('me')
  @ApiOperation({
    summary: 'Look at who is signed in',
    description: 'Who is signed in, what they may do, and the token that their page needs.',
  })
  @ApiOkResponse({ type: SignedInResponse })
  @ApiUnauthorizedResponse({ description: '`session-missing` or `session-over`.' })
  me(@CurrentSession() session: PersonSession, @Req() request: Request): SignedInResponse {
    return toSignedInResponse(session, this.cookie.read(request.headers)!);
  }

  @Post('password')
  @ApiOperation({
    summary: 'Change the own password',
    description: 'Ends every session of the person; the answer has a new one for this browser.',
  })
  // Not in one transaction with it: a wrong password counts, though it is refused.
  @Audited('session.password-changed', { asked: () => undefined, outside: true })
  @HttpCode(HttpStatus.OK)
  @ApiOkResponse({ type: SignedInResponse })
  @ApiTooManyRequestsResponse({ description: '`sign-in-locked`: the current password was wrong too often.' })
  async changePassword(
    @CurrentSession() session: PersonSession,
    @Body() { current_password: current, new_password: next }: ChangePasswordDto,
    @Visitor() visitor: Visitor,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SignedInResponse> {
    return this.give(await this.signIns.changePassword(session, { current, next }, visitor), response);
  }

  private give({ token, session }: SignedIn, response: Response): SignedInResponse {
    response.append('Set-Cookie', this.cookie.give(token, session.expiresAt));
    return toSignedInResponse(session, token);
  }
}
