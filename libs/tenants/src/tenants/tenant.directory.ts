import { type BeforeApplicationShutdown, Injectable, Logger, type OnModuleInit } from '@nestjs/common';

import { afterCommit, AppConfig, BackgroundLoop, forEverybody } from '#common';

import { TenantRepository } from './tenant.repository.ts';

/** What another replica changed is known after so long. */
const RELOAD_MS = 2_000;

/** What differs between tenants, in memory, because every request and every claim asks. */
@Injectable()
export class TenantDirectory implements OnModuleInit, BeforeApplicationShutdown {
  private readonly logger = new Logger(TenantDirectory.name);
  private suspended = new Set<string>();
  private countries = new Map<string, string>();
  private readonly reloading = new BackgroundLoop(
    () => this.reload().then(() => false),
    RELOAD_MS,
    (cause) => this.logger.error({ message: 'Tenants are as they were: they could not be read', err: cause }),
  );

  constructor(
    private readonly config: AppConfig,
    private readonly repository: TenantRepository,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.reload();
    this.reloading.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.reloading.stop();
  }

  /** Reads what is stored; whoever changed it calls this, so that the change counts at once. */
  async reload(): Promise<void> {
    await afterCommit(() => this.read());
  }

  isSuspended(tenantId: string): boolean {
    return this.suspended.has(tenantId);
  }

  allSuspended(): string[] {
    return [...this.suspended];
  }

  /** Of phone numbers without `+`: the tenant's own country, else the platform's, if there is one. */
  countryOf(tenantId: string): string | undefined {
    return this.countries.get(tenantId) ?? this.config.whatsapp.defaultCountry;
  }

  private async read(): Promise<void> {
    const tenants = await forEverybody(() => this.repository.listConfigured());
    this.suspended = new Set(tenants.filter(({ suspendedAt }) => suspendedAt !== null).map(({ id }) => id));
    this.countries = new Map(
      tenants.flatMap(({ id, defaultCountry }) => (defaultCountry === null ? [] : [[id, defaultCountry] as const])),
    );
  }
}
