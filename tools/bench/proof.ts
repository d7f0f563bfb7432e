import type { Observer } from './observer.ts';
import { STORED_TENANT } from './seed.ts';
import type { Simulator } from './simulator.ts';

export interface Evidence {
  observer: Observer;
  simulator: Simulator;
  /** Whose messages were accepted, and to whom they were to go. */
  tenantId: string;
  recipients: string[];
}

/** Compares what was accepted, what the database says became of it, and what WhatsApp took; no line means: nothing lost. */
export async function whatIsMissing({ observer, simulator, tenantId, recipients }: Evidence): Promise<string[]> {
  const statuses = await observer.statusesOf(tenantId);
  const sentForOthers = await observer.sentExcept([STORED_TENANT, tenantId]);
  const ledger = await simulator.accepted();
  const times = tally(await simulator.recipients());
  const never = recipients.filter((phone) => !times.has(phone)).length;
  const oftener = [...times.values()].filter((count) => count > 1).length;

  const accepted = recipients.length;
  const found = [...statuses].map(([status, count]) => `${count} ${status}`).join(', ') || 'none';
  return [
    ...(statuses.get('READ') === accepted && statuses.size === 1
      ? []
      : [`${accepted} messages were accepted, in the database are: ${found}`]),
    ...(ledger === accepted + sentForOthers
      ? []
      : [`WhatsApp took ${ledger} messages, the database knows of ${accepted + sentForOthers}`]),
    ...(never > 0 ? [`${never} people were never written to`] : []),
    ...(oftener > 0 ? [`${oftener} people were written to more than once`] : []),
  ];
}

function tally(values: string[]): Map<string, number> {
  const times = new Map<string, number>();
  for (const value of values) times.set(value, (times.get(value) ?? 0) + 1);
  return times;
}
