import 'reflect-metadata';

import { isUuid, type JointDataSource } from '#common';
import { ApiKeyRepository, type NewApiKey, type Scope, SCOPES } from '#tenants';

import { type ApiKeyResponse, toApiKeyResponse } from '../api-keys/api-key.dto.ts';
import { UsageError } from '../explain-failure.ts';
import { audited } from './audited.ts';
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
      const given = newKey(values);
      const { id: created, key } = await audited(
        dataSource,
        'api-key.created',
        () => keys.create(given),
        async (made) => ({ tenantId: given.tenantId, objectId: made.id, after: await show(keys, made.id) }),
      );
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
      await revoke(dataSource, keys, id);
      return print(`Key ${id} is revoked.`);
    default:
      throw new UsageError(USAGE);
  }
});

async function revoke(dataSource: JointDataSource, keys: ApiKeyRepository, id: string | undefined): Promise<void> {
  const before = isUuid(id) ? await show(keys, id) : null;
  const revoked = async () => {
    if (!before || !(await keys.revoke(before.id)))
      throw new UsageError(`There is no key ${id ?? ''} to revoke.\n${USAGE}`);
    return before;
  };
  await audited(dataSource, 'api-key.revoked', revoked, async ({ id: objectId, tenant_id: tenantId }) => ({
    ...{ tenantId, objectId, before },
    after: await show(keys, objectId),
  }));
}

async function show(keys: ApiKeyRepository, id: string): Promise<ApiKeyResponse | null> {
  const key = await keys.findById(id);
  return key && toApiKeyResponse(key, new Date());
}

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
