import type { Story } from './story.ts';

export const VIOLATION_KINDS = ['lost', 'doubled', 'stuck', 'unexpected', 'status', 'order'] as const;
export type ViolationKind = (typeof VIOLATION_KINDS)[number];

/** What an admin does with a message whose outcome nobody knows. */
export type Remedy =
  | { kind: 'retry'; messageId: string }
  /** In Meta's place: its statuses were lost, and one comes after all. */
  | { kind: 'report'; wamid: string };

/** One broken promise. */
export interface Violation {
  kind: ViolationKind;
  reference: string | null;
  messageId: string | null;
  detail: string;
  /** Legitimate while it stands: it is a violation only if the remedy does not help. */
  remedy?: Remedy;
}

export function violation(kind: ViolationKind, story: Story | undefined, detail: string, remedy?: Remedy): Violation {
  const messageId = story?.rows[0]?.id ?? [...(story?.ids ?? [])][0] ?? null;
  return { kind, reference: story?.reference ?? null, messageId, detail, ...(remedy && { remedy }) };
}
