/** What Meta gives free within a calendar month, from one date on. */
export interface FreeTier {
  /** The first day (UTC). */
  since: string;
  /** What is counted against the limit; null: nothing is. */
  unit: 'conversation' | 'service_conversation' | 'service_message' | null;
  /** Null: there is none. */
  limit: number | null;
  per: 'business_account' | 'phone_number' | null;
  /** In a sentence, for people. */
  rule: string;
  source: string;
}

/** Latest first. A new rule of Meta's is a new entry, and nothing else. */
export const FREE_TIERS: readonly FreeTier[] = [
  {
    since: '2026-10-01',
    unit: 'service_message',
    limit: 1_000,
    per: 'phone_number',
    rule: 'Service messages are charged per delivered message; 1,000 of each business number and calendar month are free.',
    source:
      'Announced by Meta on 2026-07-01 and told alike by several providers; its own pricing page did not have it yet.',
  },
  {
    since: '2024-11-01',
    unit: null,
    limit: null,
    per: null,
    rule: 'Answers within the 24-hour window are free without a limit; templates are charged.',
    source: "Meta's pricing updates of 2024-11-01 (service conversations) and 2025-07-01 (per message).",
  },
  {
    since: '2023-06-01',
    unit: 'service_conversation',
    limit: 1_000,
    per: 'business_account',
    rule: '1,000 conversations that the customer began are free in each calendar month.',
    source: "Meta's conversation-based pricing with categories, 2023-06-01.",
  },
  {
    since: '2022-02-01',
    unit: 'conversation',
    limit: 1_000,
    per: 'business_account',
    rule: '1,000 conversations of any kind are free in each calendar month.',
    source: "Meta's conversation-based pricing, 2022-02-01.",
  },
];

/** The rule in force at a moment; undefined before the first. */
export function freeTierAt(at: Date): FreeTier | undefined {
  const day = at.toISOString().slice(0, 10);
  return FREE_TIERS.find(({ since }) => since <= day);
}
