import { type DynamicModule, Module } from '@nestjs/common';

import { SecretBox } from '#common';

import { ApiKeyRepository } from './api-keys/api-key.repository.ts';
import { ApiKeyService } from './api-keys/api-key.service.ts';
import { PlatformKey } from './api-keys/platform-key.ts';
import { Admission } from './auth/admission.ts';
import { ApiKeyQuotaRepository } from './rate-limit/api-key-quota.repository.ts';
import { RequestQuotas } from './rate-limit/request-quotas.ts';
import { Strangers } from './rate-limit/strangers.ts';
import { SenderDirectory } from './senders/sender.directory.ts';
import { SenderRepository } from './senders/sender.repository.ts';
import { TenantDirectory } from './tenants/tenant.directory.ts';
import { TenantRepository } from './tenants/tenant.repository.ts';

const limits = [ApiKeyQuotaRepository, RequestQuotas, Strangers];
const offered = [
  Admission,
  ApiKeyService,
  ApiKeyRepository,
  SenderDirectory,
  SenderRepository,
  TenantDirectory,
  TenantRepository,
];

export interface TenantSecrets {
  /** `ADMIN_API_KEY`. */
  platformKey: string;
  /** `ENCRYPTION_KEY`: 32 bytes. */
  encryptionKey: Buffer;
  /** `ENCRYPTION_KEY_PREVIOUS`, while it is being changed. */
  previousEncryptionKey: Buffer | undefined;
}

/** Who may call, and which number speaks for them. */
@Module({})
export class TenantsModule {
  static forRoot({ platformKey, encryptionKey, previousEncryptionKey }: TenantSecrets): DynamicModule {
    return {
      module: TenantsModule,
      global: true,
      providers: [
        { provide: PlatformKey, useValue: new PlatformKey(platformKey) },
        { provide: SecretBox, useValue: new SecretBox(encryptionKey, previousEncryptionKey) },
        ...limits,
        ...offered,
      ],
      exports: offered,
    };
  }
}
