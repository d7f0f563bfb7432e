import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const OWN = join(import.meta.dirname, '../fixtures/cloud-api');
const RECORDED = process.env.PALOMAR_FIXTURES_DIR;

/** Parsed JSON of a shape the assertions say. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Json = any;

export interface Example {
  /** `own/status-sent.json` */
  name: string;
  body: Json;
}

/**
 * Payloads as Meta documents them: always our own, written after the reference, and, where the directory of recorded
 * ones is named, those as well.
 */
export function examples(own: string[], recorded: string[] = []): Example[] {
  return [...own.flatMap((folder) => read(join(OWN, folder), 'own')), ...recordedExamples(...recorded)];
}

/** Only those recorded elsewhere; none when `PALOMAR_FIXTURES_DIR` is not set. */
export function recordedExamples(...folders: string[]): Example[] {
  return RECORDED === undefined ? [] : folders.flatMap((folder) => read(join(RECORDED, folder), 'recorded'));
}

/** Every place of a JSON value that holds something: `entry[].changes[].field`. */
export function keyPaths(value: unknown, path = ''): Set<string> {
  if (Array.isArray(value)) return union(value.map((one) => keyPaths(one, `${path}[]`)));
  if (typeof value !== 'object' || value === null) return new Set([path]);
  return union(Object.entries(value).map(([key, one]) => keyPaths(one, path === '' ? key : `${path}.${key}`)));
}

export function union(sets: Iterable<Set<string>>): Set<string> {
  return new Set([...sets].flatMap((set) => [...set]));
}

export function without(paths: Set<string>, others: Set<string>): string[] {
  return [...paths].filter((path) => !others.has(path)).sort();
}

function read(folder: string, from: string): Example[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  if (files.length === 0) throw new Error(`No examples in ${folder}`);
  return files.map((file) => ({
    name: `${from}/${file}`,
    body: JSON.parse(readFileSync(join(folder, file), 'utf8')),
  }));
}
