/** One status of one message, found by the id we gave it on its way out. */
export interface StatusUpdate {
  messageId: string;
  status: Status;
  /** Seconds since 1970. */
  at: number;
}

/** What several statuses of one message come to. */
export interface Progress {
  messageId: string;
  status: Status;
  sentAt: number | null;
  deliveredAt: number | null;
  readAt: number | null;
}

/** By rank. */
const STATUSES = ['SENT', 'FAILED', 'DELIVERED', 'READ'] as const;
type Status = (typeof STATUSES)[number];

interface Envelope {
  entry?: {
    changes?: {
      value?: { statuses?: { status: string; timestamp: string; biz_opaque_callback_data?: string }[] };
    }[];
  }[];
}

export function statusesIn(body: Buffer): StatusUpdate[] {
  const updates: StatusUpdate[] = [];
  const { entry = [] } = JSON.parse(body.toString('latin1')) as Envelope; // Meta escapes what is not ASCII
  for (const { changes = [] } of entry) {
    for (const { value } of changes) {
      for (const { status, timestamp, biz_opaque_callback_data: opaque } of value?.statuses ?? []) {
        const known = STATUSES.find((one) => one === status.toUpperCase());
        if (known && opaque)
          updates.push({ messageId: opaque.split('/', 1)[0]!, status: known, at: Number(timestamp) });
      }
    }
  }
  return updates;
}

/** One line per message: a statement may change a row only once. */
export function progressOf(updates: StatusUpdate[]): Progress[] {
  const messages = new Map<string, Progress>();
  for (const { messageId, status, at } of updates) {
    let message = messages.get(messageId);
    if (!message)
      messages.set(messageId, (message = { messageId, status, sentAt: null, deliveredAt: null, readAt: null }));
    if (STATUSES.indexOf(status) > STATUSES.indexOf(message.status)) message.status = status;
    if (status === 'SENT') message.sentAt ??= at;
    if (status === 'DELIVERED') message.deliveredAt ??= at;
    if (status === 'READ') message.readAt ??= at;
  }
  return [...messages.values()];
}
