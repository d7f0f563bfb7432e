import { type DynamicModule, Module } from '@nestjs/common';

import { ApiKeyRepository } from './api-keys/api-key.repository.ts';
import { ApiKeyService } from './api-keys/api-key.service.ts';
import { PlatformKey } from './api-keys/platform-key.ts';
import { SenderDirectory } from './senders/sender.directory.ts';

const offered = [ApiKeyService, SenderDirectory];

/** Who may call, and which number speaks for them. */
@Module({})
export class TenantsModule {
  static forRoot(platformKey: string): DynamicModule {
    return {
      module: TenantsModule,
      global: true,
      providers: [{ provide: PlatformKey, useValue: new PlatformKey(platformKey) }, ApiKeyRepository, ...offered],
      exports: offered,
    };
  }
}
