import { describe, expect, it } from '@jest/globals';

import { adviceFor } from './error-advice.ts';
import { ERROR_CATALOGUE, type ErrorClass } from './error-catalogue.ts';

const range = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, step) => first + step);

/** Read from Meta's error pages, not from the catalogue. */
const EXPECTED: Record<ErrorClass, number[]> = {
  RETRY: [1, 2, 131000, 131016, 133004, 139102, 139103],
  SLOW: [4, 17, 32, 341, 613, 80007, 80008, 130429, 131056, 131057, 131208, 132069, 2494100],
  WAIT: [131049, 133000, 133008, 133009, 133015, 133016, 134101, 136024, 138006, 138009, 138012],
  BAD: [
    ...[100, 131008, 131009, 131014, 131021, 131047, 131051, 131052, 131053, 131055, 131059, 131062, 131063],
    ...[132000, 132001, 132005, 132008, 132012, 132018, 132021, 134100, 134102, 135000, 137000],
    ...[131020, 131041, ...range(131201, 131207), ...range(131209, 131215)],
    ...[133005, 133006, 136025, ...range(138000, 138005), 138007, 138008, 138010, 138011, ...range(138013, 138018)],
    ...[...range(139000, 139004), 139100, 139101, ...range(147001, 147005)],
    ...[2388012, 2388019, 2388039, 2388040, 2388047, 2388072, 2388073, 2388091, 2388093, 2388103],
    ...[2388293, 2388299, 2388318, 2388330, ...range(200005, 200007), 2593107, 2593108, 1752041],
  ],
  USER: [130403, 130472, 130497, 131026, 131050],
  STOP: [
    ...[0, 3, 10, 33, 102, 104, 190, ...range(200, 299), 368, 803, 2500],
    ...[131005, 131030, 131031, 131037, 131042, 131044, 131045, 131048, 131064],
    ...[132007, 132015, 132016, 132068, 133010, 134011, 139200],
  ],
};
const expectations = Object.entries(EXPECTED).flatMap(([errorClass, codes]) =>
  codes.map((code): [number, string] => [code, errorClass]),
);

describe(adviceFor.name, () => {
  it.each(expectations)('reads code %i as %s', (code, errorClass) => {
    const advice = adviceFor({ code });

    expect(advice).toMatchObject({ class: errorClass, known: true });
  });

  it('has no code in its catalogue beyond those expected here', () => {
    const catalogued = ERROR_CATALOGUE.flatMap(({ codes }) => (typeof codes === 'number' ? [codes] : range(...codes)));

    expect([...new Set(catalogued)].sort()).toEqual(expectations.map(([code]) => code).sort());
  });

  it('lists no single code twice, where the second would silently win', () => {
    const single = ERROR_CATALOGUE.map(({ codes }) => codes).filter((codes) => typeof codes === 'number');

    expect(single).toHaveLength(new Set(single).size);
  });

  it('says in a sentence of its own what each code means and what to do', () => {
    for (const { title, action } of ERROR_CATALOGUE) {
      expect(title).toMatch(/^[A-Z0-9].{8,}[^.]$/);
      expect(action).toMatch(/^[A-Z].{8,}\.$/);
    }
  });

  it.each([
    [190, 'token'],
    [368, 'waba'],
    [4, 'app'],
    [80007, 'waba'],
    [130429, 'number'],
    [131048, 'number'],
    [131056, 'pair'],
    [132015, 'template'],
    [132068, 'flow'],
    [130497, 'country'],
    [131026, 'recipient'],
    [131030, 'recipient'],
    [100, 'message'],
  ])('gives code %i the scope %s', (code, scope) => {
    expect(adviceFor({ code }).scope).toBe(scope);
  });

  it('calls only those classes retryable that are repeated without anybody asking', () => {
    const retryable = expectations.filter(([code]) => adviceFor({ code }).retryable);

    expect(new Set(retryable.map(([, errorClass]) => errorClass))).toEqual(new Set(['RETRY', 'SLOW', 'STOP']));
    expect(retryable).toHaveLength(EXPECTED.RETRY.length + EXPECTED.SLOW.length + EXPECTED.STOP.length);
  });

  it('grants code 1 two repetitions and code 135000 one, though it is BAD', () => {
    expect(adviceFor({ code: 1 }).maxRetries).toBe(2);
    expect(adviceFor({ code: 135000 }).maxRetries).toBe(1);
    expect(adviceFor({ code: 100 }).maxRetries).toBe(0);
  });

  it('finds the deleted number inside the general parameter error', () => {
    expect(adviceFor({ code: 100, subcode: 33 })).toMatchObject({ class: 'STOP', scope: 'number' });
    expect(adviceFor({ code: 100, subcode: 2207051 })).toMatchObject({ class: 'BAD', scope: 'message' });
  });

  it('trusts the catalogue more than the HTTP status of a known code', () => {
    expect(adviceFor({ code: 3, httpStatus: 500 }).class).toBe('STOP');
    expect(adviceFor({ code: 131031, httpStatus: 429, isTransient: true }).class).toBe('STOP');
  });

  it.each([
    ['Meta calls it transient', { isTransient: true, httpStatus: 400 }, 'RETRY', 'message'],
    ['the status is 5xx', { httpStatus: 503 }, 'RETRY', 'message'],
    ['the status is 429', { httpStatus: 429 }, 'SLOW', 'number'],
    ['the status is 400', { httpStatus: 400, isTransient: false }, 'BAD', 'message'],
    ['a webhook gives nothing but the code', {}, 'BAD', 'message'],
  ])('guesses the class of an unknown code when %s, and says so', (_when, hints, errorClass, scope) => {
    const advice = adviceFor({ code: 987654, ...hints });

    expect(advice).toMatchObject({ class: errorClass, scope, known: false, title: 'Unclassified code 987654' });
  });
});
