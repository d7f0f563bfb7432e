/** What a storm consists of; a pure function of these, so that whoever stores the messages and whoever sends agree. */
export interface Storm {
  /** First part of every message's id: each storm has messages of its own. */
  number: number;
  /** Status updates a second, repetitions among them. */
  rate: number;
  /** Updates in one POST. */
  batch: number;
  seconds: number;
  /** Share of the deliveries that are sent a second time. */
  duplicates: number;
}

/** One status of one message. */
export interface Update {
  message: number;
  status: 'delivered' | 'read';
}

/** When Meta says that all of them were delivered, and read: seconds since 1970. */
export const DELIVERED_AT = 1_794_000_000;
export const READ_AT = DELIVERED_AT + 7;

/** A repetition comes so many deliveries after its first at most. */
const REPEATED_WITHIN = 200;

/** For each POST, in the order in which they are due, which body it carries: a body that comes twice is a repetition. */
export function scheduleOf({ rate, batch, seconds, duplicates }: Storm): number[] {
  const slots = Math.round((rate * seconds) / batch);
  const schedule: number[] = [];
  let bodies = 0;
  for (let slot = 0; slot < slots; slot += 1) {
    const isRepetition = bodies > 0 && Math.floor((slot + 1) * duplicates) > Math.floor(slot * duplicates);
    // Any spread will do, as long as it is the same in every run.
    const back = 1 + ((slot * 7919) % Math.min(bodies, REPEATED_WITHIN));
    schedule.push(isRepetition ? bodies - back : bodies++);
  }
  return schedule;
}

/** Every message is delivered and, about a second later, read: as many messages as fit into the bodies. */
export function updatesOf(storm: Storm): Update[] {
  const messages = messagesOf(storm);
  const lag = Math.min(messages, Math.ceil(storm.rate / 2));
  const updates: Update[] = [];
  for (let at = 0; at < messages + lag; at += 1) {
    if (at < messages) updates.push({ message: at, status: 'delivered' });
    if (at >= lag) updates.push({ message: at - lag, status: 'read' });
  }
  return updates;
}

/** How many messages a storm is about. */
export function messagesOf(storm: Storm): number {
  return Math.floor((bodiesIn(scheduleOf(storm)) * storm.batch) / 2);
}

export function bodiesIn(schedule: number[]): number {
  return new Set(schedule).size;
}

/** A UUID v7 whose order is that of the messages. */
export function idOf({ number }: Storm, message: number): string {
  const time = (0x19d00000000 + number * 1_000_000 + message).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${(message * 2654435761).toString(16).slice(-12).padStart(12, '0')}`;
}

export function wamidOf(id: string): string {
  return `wamid.${Buffer.from(id).toString('base64')}`;
}

/** Whose messages they are. */
export function tenantOf({ number }: Storm): string {
  return `57042300-0000-4000-8000-${String(number).padStart(12, '0')}`;
}
