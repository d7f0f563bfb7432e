export { type HeaderFile, headerFilesOf } from './header-files.ts';
export { CATEGORIES, type PresentTemplate, type Read, readNewTemplate, readTemplateChanges } from './new-template.ts';
export { typeOf } from './parts.ts';
