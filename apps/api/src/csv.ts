import { pipeline } from 'node:stream/promises';

import { type Options, stringify } from 'csv-stringify';
import type { Response } from 'express';

import { ignoreReaderLeft } from './ignore-reader-left.ts';

export interface CsvFile {
  /** Without ending. */
  name: string;
  columns: readonly string[];
  rows: AsyncIterable<unknown[]>;
}

/**
 * RFC 4180, in UTF-8 with the mark that spreadsheets look for. A cell that a spreadsheet would take for a formula, for which
 * the + of a phone number is enough, begins with an apostrophe.
 */
const OPTIONS: Options = { header: true, bom: true, escape_formulas: true, record_delimiter: 'windows' };

/** Answers a file for spreadsheets, while its rows come. */
export async function sendCsv(response: Response, { name, columns, rows }: CsvFile): Promise<void> {
  response.set({
    'Content-Type': 'text/csv; charset=utf-8',
    'Content-Disposition': `attachment; filename="${name}.csv"`,
  });
  const text = stringify({ ...OPTIONS, columns: [...columns] });
  await pipeline(rows, text, response).catch(ignoreReaderLeft);
}
