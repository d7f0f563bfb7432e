import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

import { KeyedHashes, phoneSpellings, preparedRows, queryRows, type SqlRunner, type Statement } from '#common';

/** Somebody in touch with a number of ours, or spoken of by Meta in words that are newer than this code. */
export interface InTouchWith {
  /** Null: with whichever. */
  phoneNumberId: string | null;
  /** In the form of `contactKey`. */
  addresses: string[];
}

/** That somebody was erased. */
export interface KnownErasure {
  at: Date;
  /** By which of the given addresses they are known. */
  addresses: string[];
}

/** Who said that they want no marketing messages. */
export interface Refusal {
  tenantId: string;
  addresses: string[];
  /** Null: they want them again. */
  since: Date | null;
}

/** In the place of a number: the person was erased everywhere; the person was erased somewhere. */
const EVERYWHERE = '*';
const SOMEWHERE = '?';
const ERASED = 'erased:';

/** What stands in the place of the person in a message of somebody who was erased. */
export function erasedKey(erasureId: string): string {
  return `${ERASED}${erasureId}`;
}

export function isErasedKey(contactKey: string): boolean {
  return contactKey.startsWith(ERASED);
}

/** How somebody's addresses are written in what came from outside: numbers without `+`. */
export function mentionsOf(addresses: string[]): string[] {
  return addresses.map((address) => address.replace(/^\+/, ''));
}

/** Knows by keyed hashes who was erased, without keeping who that is. */
@Injectable()
export class ErasedPeople {
  constructor(
    private readonly dataSource: DataSource,
    private readonly hashes: KeyedHashes,
  ) {}

  /** Rounds of webhooks in other transactions are over when this resolves, and none begins until this one ends. */
  async stopRounds(tx: EntityManager): Promise<void> {
    await tx.query(`SELECT pg_advisory_xact_lock(${ROUNDS})`);
  }

  /** When each of them was last erased. To be asked in the transaction that writes what they said. */
  async findErased(tx: EntityManager, people: InTouchWith[]): Promise<(KnownErasure | undefined)[]> {
    if (people.length === 0) return [];
    await preparedRows(tx, JOIN_ROUNDS, []);
    const [some] = await preparedRows<{ exists: boolean }>(tx, IS_ANYBODY_ERASED, []);
    if (!some!.exists) return people.map(() => undefined);

    const asked = people.map(({ phoneNumberId, addresses }) =>
      addresses.flatMap((address) => this.keysOf(phoneNumberId, address).map((key) => ({ address, key }))),
    );
    const keys = asked.flat().map(({ key }) => key);
    const rows = await preparedRows<{ fingerprint: string; erasedAt: Date }>(tx, FIND_ERASED, [keys]);
    const known = new Map(rows.map(({ fingerprint, erasedAt }) => [fingerprint, erasedAt]));
    return asked.map((theirs) => {
      const found = theirs.filter(({ key }) => known.has(key));
      const at = latest(found.map(({ key }) => known.get(key)!));
      return at && { at, addresses: found.map(({ address }) => address) };
    });
  }

  /** Undefined numbers: every number. */
  async remember(tx: EntityManager, addresses: string[], numbers: string[] | undefined, at: Date): Promise<void> {
    const places = [...(numbers ?? [EVERYWHERE]), SOMEWHERE];
    const keys = places.flatMap((place) => addresses.map((one) => this.keyOf(place, one)));
    await tx.query(
      `INSERT INTO erased_addresses (fingerprint, erased_at) SELECT DISTINCT unnest($1::text[]), $2::timestamptz
       ON CONFLICT (fingerprint) DO UPDATE SET erased_at = greatest(erased_addresses.erased_at, excluded.erased_at)`,
      [keys, at],
    );
  }

  /** Keeps what they last said about marketing messages, as far as it is a refusal. */
  async keepRefusals(tx: EntityManager, refusals: Refusal[]): Promise<void> {
    for (const { tenantId, addresses, since } of refusals) {
      const keys = spelled(addresses).map((one) => this.refusalOf(tenantId, one));
      if (since === null) await tx.query('DELETE FROM kept_refusals WHERE fingerprint = ANY ($1)', [keys]);
      else {
        await tx.query(
          `INSERT INTO kept_refusals (fingerprint, since) SELECT DISTINCT unnest($1::text[]), $2::timestamptz
           ON CONFLICT (fingerprint) DO UPDATE SET since = excluded.since`,
          [keys, since],
        );
      }
    }
  }

  /** Since when each of them wants no marketing messages, as they said before they were erased. */
  async findRefusals(people: { tenantId: string; address: string }[]): Promise<(Date | undefined)[]> {
    if (people.length === 0) return [];
    const keys = people.map(({ tenantId, address }) =>
      phoneSpellings(address).map((one) => this.refusalOf(tenantId, one)),
    );
    const known = await readRefusals(this.dataSource, keys.flat());
    return keys.map((theirs) => latest(theirs.flatMap((key) => known.get(key) ?? [])));
  }

  private keysOf(phoneNumberId: string | null, address: string): string[] {
    const places = phoneNumberId === null ? [SOMEWHERE] : [phoneNumberId, EVERYWHERE];
    return phoneSpellings(address).flatMap((one) => places.map((place) => this.keyOf(place, one)));
  }

  private keyOf(place: string, address: string): string {
    return this.hashes.of(`${place} ${address}`);
  }

  private refusalOf(tenantId: string, address: string): string {
    return this.hashes.of(`marketing ${tenantId} ${address}`);
  }
}

async function readRefusals(runner: SqlRunner, keys: string[]): Promise<Map<string, Date>> {
  const rows = await queryRows<{ fingerprint: string; since: Date }>(
    runner,
    'SELECT fingerprint, since FROM kept_refusals WHERE fingerprint = ANY ($1)',
    [keys],
  );
  return new Map(rows.map(({ fingerprint, since }) => [fingerprint, since]));
}

function spelled(addresses: string[]): string[] {
  return [...new Set(addresses.flatMap(phoneSpellings))];
}

function latest(times: Date[]): Date | undefined {
  return times.sort((a, b) => b.getTime() - a.getTime())[0];
}

const ROUNDS = `hashtextextended('webhook rounds', 0)`;
/** By itself, because a statement does not see what was committed while it waited for a lock. */
const JOIN_ROUNDS: Statement = { name: 'join-rounds', text: `SELECT pg_advisory_xact_lock_shared(${ROUNDS})` };
/** Most installations erased nobody, and need no hashes. */
const IS_ANYBODY_ERASED: Statement = {
  name: 'is-anybody-erased',
  text: 'SELECT EXISTS (SELECT FROM erased_addresses) AS exists',
};
const FIND_ERASED: Statement = {
  name: 'find-erased',
  text: 'SELECT fingerprint, erased_at AS "erasedAt" FROM erased_addresses WHERE fingerprint = ANY ($1::text[])',
};
