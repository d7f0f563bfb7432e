import { type CatalogueEntry, ERROR_CATALOGUE, type ErrorClass, type ErrorScope } from './error-catalogue.ts';

/** What a failure means and what to do about it. */
export interface ErrorAdvice {
  class: ErrorClass;
  scope: ErrorScope;
  /** The same request is worth repeating by itself: true for RETRY, SLOW and STOP. */
  retryable: boolean;
  /** How often the same request may be repeated; `Infinity` where only the message's expiry ends it. */
  maxRetries: number;
  /** The pause this failure asks for, where it differs from that of its class. */
  pauseMs: number | undefined;
  title: string;
  action: string;
  /** False: Meta's code is not in our catalogue and the class was guessed; somebody should look. */
  known: boolean;
}

/** A failure as Meta reports it, in an HTTP answer or in a webhook (which has the code alone). */
export interface ReportedFailure {
  code: number;
  subcode?: number | undefined;
  httpStatus?: number | undefined;
  isTransient?: boolean | undefined;
}

const MAX_RETRIES: Record<ErrorClass, number> = {
  RETRY: 7,
  SLOW: Infinity,
  STOP: Infinity,
  WAIT: 0,
  BAD: 0,
  USER: 0,
};

const byCode = indexByCode(ERROR_CATALOGUE);

/** Reads class and advice from the catalogue; Meta's own hints count only for codes that are not in it. */
export function adviceFor({ code, subcode, httpStatus, isTransient }: ReportedFailure): ErrorAdvice {
  // Graph wraps "no such object" (33) in its general parameter error.
  const entry = byCode.get(code === 100 && subcode === 33 ? 33 : code);
  const known = entry !== undefined;
  const {
    class: errorClass,
    scope,
    title,
    action,
    maxRetries,
    pauseMs,
  } = entry ?? guess(code, httpStatus, isTransient);
  return {
    class: errorClass,
    scope,
    retryable: errorClass === 'RETRY' || errorClass === 'SLOW' || errorClass === 'STOP',
    maxRetries: maxRetries ?? MAX_RETRIES[errorClass],
    pauseMs,
    title,
    action,
    known,
  };
}

function guess(codes: number, httpStatus = 0, isTransient = false): CatalogueEntry {
  const unclassified = {
    codes,
    title: `Unclassified code ${codes}`,
    action: "Look the code up in Meta's error list and report it, so that it gets a class.",
  };
  if (isTransient || httpStatus >= 500) return { ...unclassified, class: 'RETRY', scope: 'message' };
  if (httpStatus === 429) return { ...unclassified, class: 'SLOW', scope: 'number' };
  return { ...unclassified, class: 'BAD', scope: 'message' };
}

function indexByCode(catalogue: readonly CatalogueEntry[]): Map<number, CatalogueEntry> {
  const index = new Map<number, CatalogueEntry>();
  for (const entry of catalogue) {
    if (typeof entry.codes === 'number') continue;
    for (let [code, last] = entry.codes; code <= last; code++) index.set(code, entry);
  }
  for (const entry of catalogue) {
    if (typeof entry.codes === 'number') index.set(entry.codes, entry);
  }
  return index;
}
