import {
  anything,
  type Check,
  exactlyOneOf,
  list,
  object,
  optional,
  pattern,
  text,
  variant,
} from '../../payloads/check.ts';
import { exampleFields, exampleForEach } from './examples.ts';
import { atMostOne, enoughWords, notAdjacent, notAtTheEnds, noVariables, onOneLine, wellFormed } from './variables.ts';

export const LONGEST_BODY = 1024;
export const LONGEST_BODY_WITH_OFFER = 600;
export const LONGEST_CARD_BODY = 160;

/** A body of at most `max` characters. */
export const body = (max: number): Check =>
  object(
    {
      type: anything,
      text: text({ max }, wellFormed, notAtTheEnds, notAdjacent, enoughWords),
      ...exampleFields('body'),
    },
    exampleForEach('body'),
  );

export const footer: Check = object({ type: anything, text: text({ max: 60 }, noVariables, onOneLine) });

const frame = { type: anything, format: anything };

const textHeader = object(
  { ...frame, text: text({ max: 60 }, wellFormed, atMostOne, onOneLine), ...exampleFields('header') },
  exampleForEach('header'),
);

/** Shown by a file: one that Meta has already (`header_handle`), or one of ours. */
const fileHeader = object(
  {
    ...frame,
    example: optional(object({ header_handle: list(text(), { max: 1, of: 'handles' }) })),
    media_id: optional(
      pattern('the id of a file from POST /api/v1/whatsapp/media', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i),
    ),
  },
  exactlyOneOf('example', 'media_id'),
);

const HEADERS = {
  text: textHeader,
  image: fileHeader,
  video: fileHeader,
  document: fileHeader,
  gif: fileHeader,
  location: object(frame),
  product: object(frame),
};

/** A header of one of these formats. */
export const header = (...formats: (keyof typeof HEADERS)[]): Check =>
  variant('format', Object.fromEntries(formats.map((format) => [format, HEADERS[format]])));
