import { Injectable } from '@nestjs/common';

import { afterCommit, AppError, Clock, isUuid, newId, NotFoundError } from '#common';
import { OutboxRepository, WhatsAppMessageRepository } from '#messages';
import { ApiKeyService, SenderDirectory, type Tenant, TenantDirectory, TenantRepository } from '#tenants';
import { OutboxPoller } from '#whatsapp';

import type { ChangeTenantDto, CreateTenantDto } from './tenant.dto.ts';

/** What the routes under `/tenants` do. Other replicas know of it two seconds later. */
@Injectable()
export class TenantsService {
  constructor(
    private readonly repository: TenantRepository,
    private readonly directory: TenantDirectory,
    private readonly senders: SenderDirectory,
    private readonly keys: ApiKeyService,
    private readonly messages: WhatsAppMessageRepository,
    private readonly outbox: OutboxRepository,
    private readonly poller: OutboxPoller,
    private readonly clock: Clock,
  ) {}

  /** @throws NotFoundError */
  async find(id: string): Promise<Tenant> {
    return isUuid(id) ? found(await this.repository.findById(id), id) : found(null, id);
  }

  /** @throws AppError 409 for an id that is registered already */
  async create({ id = newId(), name, default_country: country }: CreateTenantDto): Promise<Tenant> {
    const tenant = await this.repository.create({ id, name: name.trim(), defaultCountry: country ?? null });
    if (!tenant) throw new AppError(409, 'tenant-exists', `Tenant ${id} exists; change it with PATCH.`);
    await this.directory.reload();
    return tenant;
  }

  /** @throws NotFoundError */
  async change(id: string, dto: ChangeTenantDto): Promise<Tenant> {
    const { name, default_country: defaultCountry, suspended } = dto;
    const { suspendedAt } = await this.find(id);
    const changed = await this.repository.change(id, {
      ...(name !== undefined && { name: name.trim() }),
      ...(defaultCountry !== undefined && { defaultCountry }),
      ...(suspended !== undefined && { suspendedAt: suspended ? (suspendedAt ?? this.clock.now()) : null }),
    });
    await this.directory.reload();
    if (suspended === false) await afterCommit(() => this.letGo());
    return found(changed, id);
  }

  /** @throws NotFoundError; AppError 409 for a tenant that has messages, which would belong to nobody */
  async remove(id: string): Promise<void> {
    const tenant = await this.find(id);
    if (await this.messages.existOf(tenant.id)) {
      throw new AppError(
        409,
        'tenant-has-messages',
        'This tenant has messages, which stay on record; suspend it with PATCH {"suspended": true} instead.',
      );
    }
    await this.repository.remove(tenant.id, this.clock.now());
    this.keys.forget();
    await Promise.all([this.directory.reload(), this.senders.reload()]);
  }

  /** What a replica that has not heard of it yet parks again goes on with the next sweep. */
  private async letGo(): Promise<void> {
    await this.outbox.unparkTenants(this.directory.allSuspended());
    this.poller.wake();
  }
}

function found(tenant: Tenant | null, id: string): Tenant {
  if (!tenant) throw new NotFoundError('tenant', id);
  return tenant;
}
