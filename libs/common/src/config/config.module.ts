import { type DynamicModule, Module } from '@nestjs/common';

import { Clock, SystemClock } from '../clock.ts';
import { AppConfig } from './app-config.ts';

/** The configuration and the clock, everywhere. */
@Module({})
export class ConfigModule {
  static forRoot(config: AppConfig): DynamicModule {
    return {
      module: ConfigModule,
      global: true,
      providers: [
        { provide: AppConfig, useValue: config },
        { provide: Clock, useClass: SystemClock },
      ],
      exports: [AppConfig, Clock],
    };
  }
}
