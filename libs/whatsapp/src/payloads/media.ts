import { boolean, exactlyOneOf, object, optional, text, url } from './check.ts';

/** An uploaded file by its id, or a public one by its link. */
const source = { id: optional(text()), link: optional(url) };
const oneSource = exactlyOneOf('id', 'link');

const caption = optional(text({ min: 0, max: 1024 }));
const filename = optional(text());

/** Media in headers and template parameters, where there is no caption. */
export const mediaFile = object(source, oneSource);
export const documentFile = object({ ...source, filename }, oneSource);

export const image = { check: object({ ...source, caption }, oneSource) };
export const audio = { check: object({ ...source, voice: optional(boolean) }, oneSource) };
export const video = { check: object({ ...source, caption }, oneSource) };
export const document = { check: object({ ...source, caption, filename }, oneSource) };
export const sticker = { check: mediaFile };
