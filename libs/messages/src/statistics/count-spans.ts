const QUARTER_MS = 15 * 60_000;
const DAY_MS = 24 * 3_600_000;

/** From the first moment to before the last. */
export interface Span {
  from: Date;
  to: Date;
}

/** What answers for a span: whole days and quarters of an hour from the counts, what is left at its ends from the messages. */
export interface CountSpans {
  days: Span[];
  quarters: Span[];
  messages: Span[];
}

/** `wholeDays`: days (UTC) may be taken as a whole; no border of a series lies within one. */
export function splitSpan({ from, to }: Span, wholeDays: boolean): CountSpans {
  const inner = within({ from, to }, QUARTER_MS);
  if (!inner) return { days: [], quarters: [], messages: present([{ from, to }]) };

  const days = wholeDays ? within(inner, DAY_MS) : undefined;
  return {
    days: days ? [days] : [],
    quarters: days ? around(inner, days) : [inner],
    messages: around({ from, to }, inner),
  };
}

/** The end of the day (UTC): nothing is accepted after now, so a span that reaches now may be taken to reach there. */
export function endOfDay(at: Date): Date {
  return new Date(ceil(at, DAY_MS));
}

function within({ from, to }: Span, unitMs: number): Span | undefined {
  const inner = { from: new Date(ceil(from, unitMs)), to: new Date(Math.floor(to.getTime() / unitMs) * unitMs) };
  return inner.from < inner.to ? inner : undefined;
}

function ceil(at: Date, unitMs: number): number {
  return Math.ceil(at.getTime() / unitMs) * unitMs;
}

function around(outer: Span, inner: Span): Span[] {
  return present([
    { from: outer.from, to: inner.from },
    { from: inner.to, to: outer.to },
  ]);
}

function present(spans: Span[]): Span[] {
  return spans.filter(({ from, to }) => from < to);
}
