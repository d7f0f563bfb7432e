import { Injectable, Logger } from '@nestjs/common';

import { ConfigurationError } from '#common';

import { passwordFault } from './password-rules.ts';
import { Passwords } from './passwords.ts';
import { PersonRepository } from './person.repository.ts';

export interface FirstAdmin {
  email: string;
  password: string;
}

/** Somebody has to be there who makes the others. */
@Injectable()
export class FirstAdminService {
  private readonly logger = new Logger(FirstAdminService.name);

  constructor(
    private readonly people: PersonRepository,
    private readonly passwords: Passwords,
  ) {}

  /**
   * Makes the platform-admin that the environment names, while there is no other.
   * @throws ConfigurationError when the password is unfit, or the address somebody else's
   */
  async ensure({ email, password }: FirstAdmin): Promise<void> {
    if (await this.people.hasPlatformAdmin()) return;
    const name = 'Administrator';
    const fault = passwordFault(password, { email, name });
    if (fault) throw new ConfigurationError([`ADMIN_PASSWORD: ${fault}; make one with: openssl rand -base64 18`]);
    const passwordHash = await this.passwords.hash(password);
    const role = 'platform-admin';
    const person = await this.people.createFirst({
      ...{ email, name, role, tenantId: null },
      ...{ passwordHash, passwordIsTemporary: false },
    });
    if (person) this.logger.log({ message: 'Made the first platform-admin', personId: person.id });
    else if (!(await this.people.hasPlatformAdmin())) {
      const remedy = 'write another one, or use: npm run people';
      throw new ConfigurationError([`ADMIN_EMAIL: belongs to somebody who is no active platform-admin; ${remedy}`]);
    }
  }
}
