import type { IncomingHttpHeaders } from 'node:http';

import { Injectable } from '@nestjs/common';

import { AppConfig } from '#common';

/** `Strict`: never sent when another site leads here. `Lax`: sent when it leads here by a link or a redirect. */
type SameSite = 'Strict' | 'Lax';

/**
 * A cookie of ours that no script reads. In production it is sent over TLS only, and by its prefix no other host and no plain
 * HTTP can have set it; elsewhere it has to work without TLS.
 */
class OwnCookie {
  private readonly name: string;
  private readonly attributes: string;

  constructor(name: string, sameSite: SameSite, { production }: AppConfig) {
    this.name = production ? `__Host-${name}` : name;
    this.attributes = `Path=/; HttpOnly; SameSite=${sameSite}${production ? '; Secure' : ''}`;
  }

  read({ cookie = '' }: IncomingHttpHeaders): string | undefined {
    const start = `${this.name}=`;
    const found = cookie.split(';').find((pair) => pair.trimStart().startsWith(start));
    return found?.trim().slice(start.length) || undefined;
  }

  /** `Set-Cookie` */
  give(value: string, expiresAt: Date): string {
    return `${this.name}=${value}; ${this.attributes}; Expires=${expiresAt.toUTCString()}`;
  }

  /** `Set-Cookie` */
  take(): string {
    return `${this.name}=; ${this.attributes}; Max-Age=0`;
  }
}

/** In which browser somebody is signed in. The page's own requests send it, which are all that need it. */
@Injectable()
export class SessionCookie extends OwnCookie {
  constructor(config: AppConfig) {
    super('palomar_session', 'Strict', config);
  }
}

/** Which browser began a sign-in at the identity provider, which leads it back here. */
@Injectable()
export class ProviderCookie extends OwnCookie {
  constructor(config: AppConfig) {
    super('palomar_oidc', 'Lax', config);
  }
}
