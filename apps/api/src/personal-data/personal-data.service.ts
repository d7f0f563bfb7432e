import { setTimeout as pause } from 'node:timers/promises';

import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

import { Clock, isUuid, NotFoundError, ValidationError } from '#common';
import { type Erasure, ErasureRepository, type Person, PersonRepository } from '#messages';
import { type Caller, tenantOf } from '#tenants';

import { ErasureJob } from './erasure.job.ts';
import { PersonExport } from './person.export.ts';
import type { PersonDto } from './personal-data.dto.ts';

/** How often it is looked whether an erasure is done. */
const LOOK_MS = 100;

/** What the routes under `/personal-data` do for a caller. */
@Injectable()
export class PersonalDataService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly people: PersonRepository,
    private readonly erasures: ErasureRepository,
    private readonly job: ErasureJob,
    private readonly exporter: PersonExport,
  ) {}

  /** JSON text, piece by piece. */
  async export(caller: Caller, dto: PersonDto): Promise<AsyncIterable<string>> {
    const tenantId = ownerOf(caller, dto.tenant_id);
    const addresses = await this.people.findAddresses(this.dataSource, tenantId, addressesIn(dto));
    return this.exporter.write({ tenantId, addresses } satisfies Person);
  }

  /** Begun when this resolves; done as well, if that takes no longer than `waitMs`. */
  async erase(caller: Caller, dto: PersonDto, waitMs: number): Promise<Erasure> {
    const erasure = await this.erasures.begin(ownerOf(caller, dto.tenant_id), addressesIn(dto), this.clock.now());
    this.job.wake();
    return this.waitFor(erasure, waitMs);
  }

  /** Another tenant's erasure is not found, as one that does not exist. */
  async find({ tenantId }: Caller, id: string): Promise<Erasure> {
    const erasure = isUuid(id) ? await this.erasures.findById(id) : null;
    if (!erasure || (tenantId !== null && erasure.tenantId !== tenantId)) throw new NotFoundError('erasure', id);
    return erasure;
  }

  private async waitFor(erasure: Erasure, waitMs: number): Promise<Erasure> {
    let latest = erasure;
    for (const end = performance.now() + waitMs; !latest.finishedAt && performance.now() < end;) {
      await pause(LOOK_MS);
      latest = (await this.erasures.findById(erasure.id)) ?? latest;
    }
    return latest;
  }
}

function addressesIn({ phone, user_id: userId }: PersonDto): string[] {
  const given = [phone, userId].filter((one) => one !== undefined && one !== null);
  if (given.length > 0) return given;
  throw new ValidationError([{ field: 'phone', message: 'is required, unless user_id is given' }], 'person-required');
}

/** Only a platform key reaches every tenant, and it says so: nobody does by leaving something out. */
function ownerOf(caller: Caller, named: string | null | undefined): string | null {
  if (caller.tenantId === null && named === null) return null;
  return tenantOf(caller, named);
}
