import type { FieldError } from '#common';

import { isObject, type JsonObject, type Path, Place, valueAt, writtenPaths } from '../../payloads/index.ts';
import type { Fault } from './faults.ts';

/** Faults by the names of the fields that the caller wrote, in Meta's form or in ours. */
export function toFieldErrors(template: JsonObject, faults: Fault[]): FieldError[] {
  const errors: FieldError[] = [];
  const root = new Place('template', errors);
  const writtenAt = writtenPaths(template);
  for (const { path, absent, message } of faults) {
    const written = writtenAt(path);
    root.along([...written, ...fieldOf(absent, template, written)]).refuse(message);
  }
  return errors;
}

/** Whoever writes Meta's components would write what is absent there, too. */
function fieldOf(absent: string | undefined, template: JsonObject, written: Path): Path {
  const given = valueAt(template, written);
  if (absent === undefined || !isObject(given)) return [];
  const isName = written.at(-1) === 'parameters';
  return isName || given[absent] !== undefined || given.components === undefined ? [absent] : ['components'];
}
