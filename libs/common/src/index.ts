export { Clock, SystemClock } from './clock.ts';
export {
  AppConfig,
  type DispatcherConfig,
  type LogLevel,
  type PoEventsConfig,
  type UnconfirmedPolicy,
  type WhatsAppConfig,
} from './config/app-config.ts';
export { AppError, type AppErrorOptions, type FieldError, NotFoundError, ValidationError } from './errors/app.error.ts';
export { isUuid, newId, PLATFORM_TENANT_ID } from './ids.ts';
