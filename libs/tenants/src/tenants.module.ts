import { type DynamicModule, Module, type Type } from '@nestjs/common';

import { KeyedHashes, SecretBox } from '#common';

import { ApiKeyRepository } from './api-keys/api-key.repository.ts';
import { ApiKeyService } from './api-keys/api-key.service.ts';
import { PlatformKey } from './api-keys/platform-key.ts';
import { Admission } from './auth/admission.ts';
import { Authenticator } from './auth/authenticator.ts';
import { FirstAdminService } from './people/first-admin.service.ts';
import { Passwords } from './people/passwords.ts';
import { PeopleService } from './people/people.service.ts';
import { PersonRepository } from './people/person.repository.ts';
import { ApiKeyQuotaRepository } from './rate-limit/api-key-quota.repository.ts';
import { RequestQuotas } from './rate-limit/request-quotas.ts';
import { Strangers } from './rate-limit/strangers.ts';
import { SenderDirectory } from './senders/sender.directory.ts';
import { SenderRepository } from './senders/sender.repository.ts';
import { ProviderCookie, SessionCookie } from './sessions/cookies.ts';
import { SessionRepository } from './sessions/session.repository.ts';
import { SessionService } from './sessions/session.service.ts';
import { EndedSignInsJob } from './sign-in/ended-sign-ins.job.ts';
import { IdentityProvider } from './sign-in/identity-provider.ts';
import { ProviderSignInRepository } from './sign-in/provider-sign-in.repository.ts';
import { ProviderSignInService } from './sign-in/provider-sign-in.service.ts';
import { SignInService } from './sign-in/sign-in.service.ts';
import { SignInJournal } from './sign-in/sign-in-journal.ts';
import { SignInLockRepository } from './sign-in/sign-in-lock.repository.ts';
import { TenantDirectory } from './tenants/tenant.directory.ts';
import { TenantRepository } from './tenants/tenant.repository.ts';

const keys = [ApiKeyService, ApiKeyRepository];
const senders = [SenderDirectory, SenderRepository];
const people = [PeopleService, PersonRepository, FirstAdminService];
const sessions = [SessionService, SessionCookie, ProviderCookie];
const signIn = [SignInService, ProviderSignInService];
const limits = [ApiKeyQuotaRepository, RequestQuotas, Strangers];
const tenants = [TenantDirectory, TenantRepository];
const offered = [Admission, Authenticator, ...tenants, ...keys, ...senders, ...people, ...sessions, ...signIn];
const own = [
  ...limits,
  Passwords,
  SessionRepository,
  SignInLockRepository,
  IdentityProvider,
  ProviderSignInRepository,
  EndedSignInsJob,
];

export interface TenantSecrets {
  /** `ADMIN_API_KEY`. */
  platformKey: string;
  /** `ENCRYPTION_KEY`: 32 bytes. */
  encryptionKey: Buffer;
  /** `ENCRYPTION_KEY_PREVIOUS`, while it is being changed. */
  previousEncryptionKey: Buffer | undefined;
}

export interface TenantsOptions extends TenantSecrets {
  /** Where sign-ins are written down. */
  signInJournal: Type<SignInJournal>;
}

/** Who may call, and which number speaks for them. */
@Module({})
export class TenantsModule {
  static forRoot(options: TenantsOptions): DynamicModule {
    const { platformKey, encryptionKey, previousEncryptionKey, signInJournal } = options;
    return {
      module: TenantsModule,
      global: true,
      providers: [
        { provide: PlatformKey, useValue: new PlatformKey(platformKey) },
        { provide: SecretBox, useValue: new SecretBox(encryptionKey, previousEncryptionKey) },
        { provide: KeyedHashes, useValue: new KeyedHashes(encryptionKey) },
        ...offered,
        ...own,
        { provide: SignInJournal, useClass: signInJournal },
      ],
      exports: [...offered, SecretBox, KeyedHashes],
    };
  }
}
