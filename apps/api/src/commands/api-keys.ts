import 'reflect-metadata';

import { isUuid } from '#common';
import { ApiKeyRepository, type NewApiKey, type Scope, SCOPES } from '#tenants';

import { UsageError } from '../explain-failure.ts';
import { print, readArguments } from './command-line.ts';
import { withDatabase } from './with-database.ts';

const USAGE = `Usage:
  npm run api-keys -- create --name procurement --tenant <uuid> --scopes messages:send,messages:read [--expires 2027-12-31]
  npm run api-keys -- create --name operations --platform --scopes admin
  npm run api-keys -- list
  npm run api-keys -- revoke <id>
Scopes: ${SCOPES.join(', ')}`;

const OPTIONS = {
  name: { type: 'string' },
  tenant: { type: 'string' },
  platform: { type: 'boolean', default: false },
  scopes: { type: 'string' },
  expires: { type: 'string' },
} as const;
type Values = ReturnType<typeof readArguments<typeof OPTIONS>>['values'];

await withDatabase(async (dataSource) => {
  const keys = new ApiKeyRepository(dataSource);
  const { values, positionals } = readArguments(OPTIONS, USAGE);
  const [action, id] = positionals;
  switch (action) {
    case 'create': {
      const { id: created, key } = await keys.create(newKey(values));
      return print(`Key ${created} is made. It is shown this once:`, key);
    }
    case 'list':
      return print(
        ...(await keys.list()).map(({ id: each, prefix, name, tenantId, scopes, revokedAt, lastUsedAt }) =>
          [
            each,
            `${prefix}…`,
            name,
            tenantId ?? 'platform',
            scopes.join(','),
            revokedAt ? 'revoked' : `last used ${lastUsedAt?.toISOString() ?? 'never'}`,
          ].join('  '),
        ),
      );
    case 'revoke':
      if (!isUuid(id) || !(await keys.revoke(id)))
        throw new UsageError(`There is no key ${id ?? ''} to revoke.\n${USAGE}`);
      return print(`Key ${id} is revoked.`);
    default:
      throw new UsageError(USAGE);
  }
});

function newKey({ name, tenant, platform, scopes = '', expires }: Values): NewApiKey {
  if (!name) throw new UsageError(`--name says whose key it is.\n${USAGE}`);
  if (platform === (tenant !== undefined))
    throw new UsageError(`Give --tenant <uuid>, or --platform for every tenant.\n${USAGE}`);
  if (tenant !== undefined && !isUuid(tenant)) throw new UsageError(`--tenant must be a UUID.\n${USAGE}`);
  const wanted = scopes.split(',').map((scope) => scope.trim());
  const unknown = wanted.filter((scope) => !SCOPES.includes(scope as Scope));
  if (unknown.length > 0) throw new UsageError(`--scopes: "${unknown.join(', ')}" is none of ${SCOPES.join(', ')}.`);
  const expiresAt = expires === undefined ? null : new Date(expires);
  if (expiresAt && Number.isNaN(expiresAt.getTime()))
    throw new UsageError(`--expires must be a date such as 2027-12-31.`);
  return { name, tenantId: tenant?.toLowerCase() ?? null, scopes: wanted as Scope[], expiresAt };
}
