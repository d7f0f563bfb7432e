import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the callers of the REST API wrote down: before each request, and after each answer. */
export type ClientLine =
  | { at: number; kind: 'request'; references: string[]; to: string[]; route: string; key: string; keyed: boolean }
  | { at: number; kind: 'answer'; key: string; status: number; ids: (string | null)[] }
  | { at: number; kind: 'no-answer'; key: string; reason: string };

/** What the purchasing service wrote down. */
export type PublisherLine =
  | { at: number; kind: 'publish'; reference: string; to: string; eventId: string }
  | { at: number; kind: 'confirmed'; reference: string }
  | { at: number; kind: 'no-confirm'; reference: string; reason: string };

/** What was done in an admin's place at the end of a cycle. */
export type AdminLine =
  | { at: number; kind: 'accept-risk'; messageId: string; reference: string; status: number }
  | { at: number; kind: 'report-status'; wamid: string; reference: string }
  | { at: number; kind: 'release-hold'; holdId: string; status: number };

/** Each fault, written before it acts. */
export interface FaultLine {
  at: number;
  fault: string;
  pid?: number;
}

/**
 * A file that is only ever added to. Each line is handed to the operating system before `write` returns, so it outlives
 * the process that wrote it.
 */
export class Ledger<Line extends object> {
  constructor(readonly path: string) {}

  write(line: Line): void {
    appendFileSync(this.path, `${JSON.stringify(line)}\n`);
  }

  read(): Line[] {
    if (!existsSync(this.path)) return [];
    const lines = readFileSync(this.path, 'utf8').split('\n').filter(Boolean);
    return lines.map((line) => JSON.parse(line) as Line);
  }
}

/** The ledgers of one cycle, in a folder of their own. */
export class Ledgers {
  readonly client: Ledger<ClientLine>;
  readonly publisher: Ledger<PublisherLine>;
  readonly admin: Ledger<AdminLine>;
  readonly injector: Ledger<FaultLine>;

  constructor(readonly folder: string) {
    mkdirSync(folder, { recursive: true });
    this.client = new Ledger(join(folder, 'client.jsonl'));
    this.publisher = new Ledger(join(folder, 'publisher.jsonl'));
    this.admin = new Ledger(join(folder, 'admin.jsonl'));
    this.injector = new Ledger(join(folder, 'injector.jsonl'));
  }
}
