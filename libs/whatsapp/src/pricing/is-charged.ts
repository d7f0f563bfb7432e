import type { MessagePricing } from '#messages';

/** Whether Meta charges a delivered message. The type tells it, also one that is new; `billable` is to go away. */
export function isCharged({ type, billable }: MessagePricing): boolean {
  return type === undefined ? (billable ?? true) : !type.startsWith('free');
}
