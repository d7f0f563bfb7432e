/** One message to send, as every door (REST, purchase orders, facade) asks for it. */
export interface SendRequest {
  tenantId: string;
  /** Phone number; E.164. */
  to?: string;
  /** Business-scoped user id, instead of `to`. */
  recipient?: string;
  recipientName?: string;
  /** Meta's message object or our shorthands: `type`, the object named after it, `context`. */
  message: Record<string, unknown>;
  /** `{ template: { name, language, parameters } }`: goes instead of a free-form message whose window is closed. */
  fallback?: Record<string, unknown>;
  notificationId?: string;
  metadata?: Record<string, unknown>;
  priority?: Priority;
  sendAt?: Date;
  /** Default: 24 hours after `sendAt` or acceptance. */
  expiresAt?: Date;
}

export const PRIORITIES = ['high', 'normal', 'low'] as const;
export type Priority = (typeof PRIORITIES)[number];
