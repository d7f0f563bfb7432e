import type { GraphError } from '../../graph-error.ts';
import { type ParameterFormat, placeholdersOf, type TemplateComponent } from '../template.ts';
import type { UploadStore } from '../upload-store.ts';
import { missingField, refused, tooLong } from './refusals.ts';
import { hasEmoji, isOneLine } from './text-rules.ts';
import { checkExamples, checkVariables } from './variables.ts';

const LONGEST = 60;
const EXAMPLES = { positional: 'header_text', named: 'header_text_named_params' } as const;

/** The files a reviewer can be shown for each format. */
const FILES: Record<string, RegExp> = {
  IMAGE: /^image\/(jpeg|jpg|png)$/,
  VIDEO: /^video\/(mp4|3gpp)$/,
  GIF: /^video\/mp4$/,
  DOCUMENT: /^application\/pdf$/,
};
const WITHOUT_EXAMPLE = ['LOCATION', 'PRODUCT'];

/** @param formats those that may stand here; any when left out */
export function checkHeader(
  header: TemplateComponent,
  format: ParameterFormat,
  uploads: UploadStore,
  formats?: string[],
): void {
  const kind = header.format;
  if (kind === undefined) throw missingField('HEADER', 'format');
  if (formats && !formats.includes(kind)) throw wrongHeader(`The header must be one of ${formats.join(', ')} here.`);
  if (kind === 'TEXT') return checkTextHeader(header, format);
  if (WITHOUT_EXAMPLE.includes(kind)) return;
  const files = FILES[kind];
  if (!files) throw wrongHeader(`${kind} is not a format of headers.`);
  checkHandle(header, files, uploads);
}

function checkTextHeader(header: TemplateComponent, format: ParameterFormat): void {
  const { text } = header;
  if (!text?.trim()) throw missingField('HEADER', 'text');
  if (text.length > LONGEST) throw tooLong('header', LONGEST);
  if (!isOneLine(text) || hasEmoji(text) || text.includes('*')) {
    throw wrongHeader('The header cannot hold new lines, formatting characters, emojis or asterisks.');
  }
  checkVariables(text, format, wrongHeader);
  if (placeholdersOf(text).length > 1) throw wrongHeader('The header can hold one variable.');
  checkExamples(header, format, EXAMPLES);
}

function checkHandle(header: TemplateComponent, files: RegExp, uploads: UploadStore): void {
  const handles = header.example?.header_handle;
  const handle: unknown = Array.isArray(handles) ? handles[0] : undefined;
  if (typeof handle !== 'string') throw missingField('HEADER', 'example.header_handle');
  const fileType = uploads.typeOf(handle);
  if (fileType === undefined) throw refused('Invalid media handle', 'The example of the header was not uploaded.');
  if (!files.test(fileType))
    throw wrongHeader(`A file of type ${fileType} is no example of a ${header.format} header.`);
}

function wrongHeader(message: string): GraphError {
  return refused('Message header format is incorrect', message, 'header');
}
