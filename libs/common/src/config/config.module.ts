import { type DynamicModule, Module } from '@nestjs/common';

import { ClientAddress } from '../client-address.ts';
import { Clock, SystemClock } from '../clock.ts';
import { AppConfig } from './app-config.ts';

/** The configuration, the clock, and how callers' addresses are told, everywhere. */
@Module({})
export class ConfigModule {
  static forRoot(config: AppConfig): DynamicModule {
    return {
      module: ConfigModule,
      global: true,
      providers: [
        { provide: AppConfig, useValue: config },
        { provide: Clock, useClass: SystemClock },
        { provide: ClientAddress, useValue: new ClientAddress(config.http.trustedProxies) },
      ],
      exports: [AppConfig, Clock, ClientAddress],
    };
  }
}
