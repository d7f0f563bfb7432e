import { type DynamicModule, Module } from '@nestjs/common';

import { SecretBox } from '#common';

import { ApiKeyRepository } from './api-keys/api-key.repository.ts';
import { ApiKeyService } from './api-keys/api-key.service.ts';
import { PlatformKey } from './api-keys/platform-key.ts';
import { SenderDirectory } from './senders/sender.directory.ts';
import { SenderRepository } from './senders/sender.repository.ts';

const offered = [ApiKeyService, ApiKeyRepository, SenderDirectory, SenderRepository];

export interface TenantSecrets {
  /** `ADMIN_API_KEY`. */
  platformKey: string;
  /** `ENCRYPTION_KEY`: 32 bytes. */
  encryptionKey: Buffer;
}

/** Who may call, and which number speaks for them. */
@Module({})
export class TenantsModule {
  static forRoot({ platformKey, encryptionKey }: TenantSecrets): DynamicModule {
    return {
      module: TenantsModule,
      global: true,
      providers: [
        { provide: PlatformKey, useValue: new PlatformKey(platformKey) },
        { provide: SecretBox, useValue: new SecretBox(encryptionKey) },
        ...offered,
      ],
      exports: offered,
    };
  }
}
