/** Places in the application's work where a process can be made to die or to stand still. */
export const INJECTION_POINTS = [
  /** An accept request is about to be stored. */
  'before-commit',
  /** Its statement is on the way, and nobody knows whether it will be committed. */
  'commit-in-flight',
  /** It is committed and not answered. */
  'after-commit',
  'claim-in-flight',
  /** Claim and fence are committed, nothing was sent. */
  'claimed',
  /** The last byte of a send was handed to the operating system. */
  'request-written',
  /** Meta's answer is known and not recorded. */
  'answer-read',
  'result-in-flight',
  'result-recorded',
  /** A webhook is stored and not answered with 200. */
  'webhook-stored',
  'webhook-applying',
  /** A purchase order's message is stored and its event is not acked. */
  'po-stored',
] as const;
export type InjectionPoint = (typeof INJECTION_POINTS)[number];

/** What the harness tells the injector of a process. */
export interface Armed {
  point: InjectionPoint;
  /** Acts at the passage with this number, from 1. */
  passage: number;
  signal: 'SIGKILL' | 'SIGSTOP';
  /** File of the ledger for the line that is written before it acts. */
  ledger: string;
}

export interface InjectorRequest {
  arm: Armed | null;
}

export interface InjectorAnswer {
  armed: boolean;
}
