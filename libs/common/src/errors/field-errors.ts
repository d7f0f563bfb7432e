import { getMetadataStorage, type ValidationError as Violation } from 'class-validator';

import { closestName } from '../closest-name.ts';
import { type FieldError, ValidationError } from './app.error.ts';

/** A body of unknown fields must not be answered with a list as long as itself. */
const MOST_ERRORS = 100;

/** class-validator's tree as a flat list with paths such as `data.items[2].name`; the first hundred. */
export function toFieldErrors(violations: Violation[]): FieldError[] {
  const errors: FieldError[] = [];
  for (const error of flatten(violations, '')) {
    if (errors.push(error) === MOST_ERRORS) break;
  }
  return errors;
}

/** For Nest's ValidationPipe; with its `validationError: { target: true }`, an unknown field's answer names the one meant. */
export function validationExceptionFactory(violations: Violation[]): ValidationError {
  return new ValidationError(toFieldErrors(violations));
}

function* flatten(violations: Violation[], parent: string): Generator<FieldError> {
  for (const violation of violations) {
    const field = pathTo(parent, violation.property);
    // One sentence a field, that of the uppermost decorator: what else is wrong with a value of the wrong kind follows from it.
    const broken = Object.entries(violation.constraints ?? {}).at(-1);
    if (broken) yield { field, message: say(broken, violation) };
    yield* flatten(violation.children ?? [], field);
  }
}

/** A violation without a property is of the whole body. */
function pathTo(parent: string, property: string | undefined): string {
  if (property === undefined) return parent || 'body';
  if (parent === '') return property;
  return /^\d+$/.test(property) ? `${parent}[${property}]` : `${parent}.${property}`;
}

function say([rule, message]: [string, string], { property, target }: Violation): string {
  if (rule === 'unknownValue') return 'must be a JSON object';
  if (rule === 'whitelistValidation') {
    const meant = target && closestName(property, knownFields(target));
    return `is not a known field${meant ? `; did you mean ${meant}?` : '; remove it or correct its name'}`;
  }
  if (rule === 'nestedValidation') return message.replace(/^(each value in )?nested property \S+ /, '$1');
  return message.startsWith(`${property} `) ? message.slice(property.length + 1) : message;
}

function knownFields(target: object): string[] {
  const metadata = getMetadataStorage().getTargetValidationMetadatas(target.constructor, '', false, false);
  return [...new Set(metadata.map(({ propertyName }) => propertyName))];
}
