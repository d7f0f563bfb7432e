import { closestName, type FieldError, isUuid, PLATFORM_TENANT_ID, ValidationError } from '#common';
import { type Caller, tenantOf } from '#tenants';
import { MESSAGE_TYPES, PRIORITIES, type Priority, type SendRequest } from '#whatsapp';

/** A body of unknown fields must not be answered with a list as long as itself. */
const MOST_ERRORS = 100;
const LONGEST_NAME = 255;

/** What is wrong with a value; undefined when nothing is. */
type Check = (value: unknown) => string | undefined;

const uuid: Check = (value) => (isUuid(value) ? undefined : 'must be a UUID');
const anything: Check = () => undefined;
const time: Check = (value) =>
  typeof value === 'string' && !Number.isNaN(Date.parse(value))
    ? undefined
    : 'must be an ISO 8601 time such as 2026-11-21T09:00:00Z';

/** The fields around the message. Those of the message itself are checked where it is sent. */
const AROUND: Record<string, Check> = {
  tenant_id: uuid,
  to: anything,
  recipient: (value) => (typeof value === 'string' ? undefined : 'must be a string'),
  recipient_name: (value) =>
    typeof value === 'string' && value.length <= LONGEST_NAME
      ? undefined
      : `must be a string of at most ${LONGEST_NAME} characters`,
  fallback: (value) => (isObject(value) ? undefined : 'must be an object such as {"template": { … }}'),
  notification_id: uuid,
  metadata: (value) => (isObject(value) ? undefined : 'must be an object'),
  priority: (value) =>
    PRIORITIES.some((one) => one === value) ? undefined : `must be one of ${PRIORITIES.join(', ')}`,
  send_at: time,
  expires_at: time,
};
const OF_THE_MESSAGE = ['type', 'context', ...MESSAGE_TYPES];

/** A map, because an object also knows words like `constructor`. */
const CHECKS = new Map<string, Check>([
  ...Object.entries(AROUND),
  ...OF_THE_MESSAGE.map((field): [string, Check] => [field, anything]),
]);

/**
 * The request as far as it can be read, with every field that is wrong so far. By hand, because this is read for every
 * message: validation by decorators took a fifth of its CPU time (docs/performance.md).
 * @throws ValidationError 422 for what is no object
 */
export function readSend(caller: Caller, body: unknown): { request: SendRequest; errors: FieldError[] } {
  if (!isObject(body)) throw new ValidationError([{ field: 'body', message: 'must be a JSON object' }]);
  const errors: FieldError[] = [];
  const given: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(body)) {
    // Null is how some languages leave a field out.
    if (value === null && field in AROUND && field !== 'to') continue;
    const message = CHECKS.get(field)?.(value) ?? (CHECKS.has(field) ? undefined : unknownField(field));
    if (message === undefined) given[field] = value;
    else if (errors.length < MOST_ERRORS) errors.push({ field, message });
  }
  return { request: toRequest(caller, given, errors), errors };
}

function toRequest(caller: Caller, given: Record<string, unknown>, errors: FieldError[]): SendRequest {
  const {
    tenant_id,
    to,
    recipient,
    recipient_name,
    fallback,
    notification_id,
    metadata,
    priority,
    send_at,
    expires_at,
  } = given;
  const message = Object.fromEntries(
    OF_THE_MESSAGE.filter((field) => given[field] !== undefined).map((field) => [field, given[field]]),
  );
  const isTenantRead = errors.every(({ field }) => field !== 'tenant_id');
  return {
    tenantId: isTenantRead ? readTenant(caller, tenant_id as string | undefined, errors) : PLATFORM_TENANT_ID,
    to: to as string | undefined,
    recipient: recipient as string | undefined,
    recipientName: recipient_name as string | undefined,
    message,
    fallback: fallback as Record<string, unknown> | undefined,
    notificationId: notification_id as string | undefined,
    metadata: metadata as Record<string, unknown> | undefined,
    priority: priority as Priority | undefined,
    sendAt: toDate(send_at),
    expiresAt: toDate(expires_at),
  };
}

function readTenant(caller: Caller, named: string | undefined, errors: FieldError[]): string {
  try {
    return tenantOf(caller, named);
  } catch (cause) {
    if (!(cause instanceof ValidationError)) throw cause;
    errors.push(...(cause.errors ?? []));
    return PLATFORM_TENANT_ID;
  }
}

function unknownField(field: string): string {
  const meant = closestName(field, [...CHECKS.keys()]);
  return `is not a known field${meant ? `; did you mean ${meant}?` : '; remove it or correct its name'}`;
}

function toDate(value: unknown): Date | undefined {
  return typeof value === 'string' ? new Date(value) : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
