export { ApiKey, type Scope, SCOPES } from './api-keys/api-key.entity.ts';
export { ApiKeyRepository, type NewApiKey } from './api-keys/api-key.repository.ts';
export { ApiKeyService, type Caller } from './api-keys/api-key.service.ts';
export { ApiKeyGuard } from './auth/api-key.guard.ts';
export { authorize } from './auth/authorize.ts';
export { CurrentCaller, tenantOf } from './auth/caller.decorator.ts';
export { Public, RequireScope } from './auth/require-scope.decorator.ts';
export { type Sender, SenderDirectory } from './senders/sender.directory.ts';
export { TenantsModule } from './tenants.module.ts';
