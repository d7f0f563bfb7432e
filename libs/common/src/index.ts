export { BackgroundLoop } from './background-loop.ts';
export { ClientAddress } from './client-address.ts';
export { Clock } from './clock.ts';
export { closestName, closestNames } from './closest-name.ts';
export {
  AppConfig,
  type DispatcherConfig,
  type EventParameter,
  type EventTemplate,
  type LogLevel,
  type MediaConfig,
  type OidcConfig,
  type PoEventsConfig,
  type RetentionConfig,
  type Role,
  ROLES,
  type S3Config,
  type UnconfirmedPolicy,
  type WhatsAppConfig,
} from './config/app-config.ts';
export { ConfigModule } from './config/config.module.ts';
export { ConfigurationError } from './config/configuration.error.ts';
export { loadConfig, loadConfigFromProcess, type LoadOptions } from './config/env.ts';
export { type DatabaseOptions, databaseOptions } from './database/database-options.ts';
export { afterCommit, JointDataSource } from './database/joint.data-source.ts';
export { onCommit } from './database/on-commit.ts';
export { isPassingDatabaseFault } from './database/passing-fault.ts';
export { plainArray, preparedRows, type Statement } from './database/prepared.ts';
export { type Removal, removeOlder } from './database/removal.ts';
export { queryRows, type SqlRunner } from './database/rows.ts';
export { answerProblem } from './errors/answer-problem.ts';
export { AppError, type AppErrorOptions, type FieldError, NotFoundError, ValidationError } from './errors/app.error.ts';
export { toFieldErrors, validationExceptionFactory } from './errors/field-errors.ts';
export { ProblemFilter } from './errors/problem.filter.ts';
export { toProblem } from './errors/problem.ts';
export { toAppError } from './errors/to-app-error.ts';
export { fingerprintOf } from './fingerprint.ts';
export { GroupCommit, type GroupCommitOptions } from './group-commit.ts';
export { idAt, isUuid, leastIdAt, newId, PLATFORM_TENANT_ID } from './ids.ts';
export { assertUtf8Json, jsonDepthExceeds, jsonSafe, storableJson } from './json-safety.ts';
export { KeyedHashes } from './keyed-hashes.ts';
export { isTimeZone, nextLocal, startOfLocal } from './local-time.ts';
export { PinoLoggerService } from './logging/pino-logger.service.ts';
export { nextIds, removeMentioning, type Searched, type Stretch, withoutMentions } from './mentions.ts';
export { countryOf } from './phone-country.ts';
export { IsE164, parseE164 } from './phone-number.ts';
export { phoneSpellings } from './phone-spellings.ts';
export {
  admit,
  currentRequest,
  currentTenants,
  forEverybody,
  forTenant,
  type RequestContext,
  runInRequest,
  type TenantScope,
} from './request-context.ts';
export { SecretBox } from './secret-box.ts';
