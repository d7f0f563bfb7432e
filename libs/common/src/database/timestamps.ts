import pg from 'pg';

/** `2026-11-26 21:14:46.123456+00`, as PostgreSQL writes every time of our days where it is asked in UTC. */
const LAYOUT = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?\+00$/;

/**
 * Reads `timestamptz` by the engine's own parser, which allocates a fraction of what the driver's does; each status has
 * six times to read. What is written otherwise (`infinity`, a year before Christ, another zone) is left to the driver.
 */
export function parseTimestamp(text: string): Date {
  if (!LAYOUT.test(text)) return driversParser(text) as Date;
  return new Date(`${text.slice(0, 10)}T${text.slice(11, -3)}Z`);
}

const { TIMESTAMPTZ } = pg.types.builtins;
const driversParser = pg.types.getTypeParser(TIMESTAMPTZ, 'text') as (text: string) => unknown;

/** How the driver reads what PostgreSQL answers. */
export const TYPES = new pg.TypeOverrides();
TYPES.setTypeParser(TIMESTAMPTZ, parseTimestamp);
