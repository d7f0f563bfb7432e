import type { CycleReport } from './cycle.ts';
import type { Ledgers } from './ledgers.ts';
import { type Violation, VIOLATION_KINDS } from './violation.ts';

const MOST_SHOWN = 3;

/** One line for a cycle, and more only where a promise was broken. */
export function describeCycle(report: CycleReport): string {
  const { number, seed, scenario, detail, proof, voidReason, evidence, violations, retried, reported, tookMs } = report;
  const counts = [
    `${evidence.rows.length} messages`,
    `${evidence.sends.length} sends`,
    ...(retried ? [`${retried} sent again by the admin`] : []),
    ...(reported ? [`${reported} reported late`] : []),
  ];
  const verdict = violations.length > 0 ? `${violations.length} VIOLATIONS` : proof === undefined ? 'VOID' : 'ok';
  return (
    `#${number} seed ${seed} ${scenario.name} (${detail}): ${proof ?? voidReason}; ${counts.join(', ')}; ` +
    `${verdict}, ${(tookMs / 1_000).toFixed(1)} s`
  );
}

/** The first broken promises of a cycle, each with what the ledgers have of its message. */
export function describeViolations({ seed, scenario, violations, evidence, ledgers }: CycleReport): string {
  const shown = violations.slice(0, MOST_SHOWN).map((violation) => {
    const { kind, reference, messageId, detail } = violation;
    const about = [
      `  ${kind.toUpperCase()} seed ${seed} scenario ${scenario.name} message ${messageId} (${reference}): ${detail}`,
      ...linesAbout(violation, ledgers),
      ...evidence.sends.filter((send) => send.reference === reference).map((send) => `meta ${JSON.stringify(send)}`),
      ...evidence.rows.filter((row) => row.reference === reference).map((row) => `row ${JSON.stringify(row)}`),
    ];
    return about.join('\n    ');
  });
  const more = violations.length - shown.length;
  return [...shown, ...(more > 0 ? [`  … and ${more} more`] : []), `  Ledgers: ${ledgers.folder}`].join('\n');
}

function linesAbout({ reference }: Violation, { client, publisher, admin, injector }: Ledgers): string[] {
  const name = new RegExp(`"${reference}"`);
  const own = Object.entries({ client, publisher, admin }).flatMap(([from, ledger]) =>
    ledger.read().flatMap((line) => (name.test(JSON.stringify(line)) ? [`${from} ${JSON.stringify(line)}`] : [])),
  );
  return [...own, ...injector.read().map((line) => `injector ${JSON.stringify(line)}`)];
}

/** `cycles 200, void 3, lost 0, doubled 0, …` */
export function summarize(reports: readonly CycleReport[]): string {
  const proven = reports.filter(({ proof }) => proof !== undefined);
  const violations = reports.flatMap((report) => report.violations);
  const totals = VIOLATION_KINDS.map((kind) => `${kind} ${violations.filter((one) => one.kind === kind).length}`);
  return [`cycles ${proven.length}`, `void ${reports.length - proven.length}`, ...totals].join(', ');
}
