import type { ValidationError as ClassValidatorError } from 'class-validator';

import { type FieldError, ValidationError } from './app.error.ts';

/** class-validator's tree as a flat list with paths such as `data.items[2].name`. */
export function toFieldErrors(errors: ClassValidatorError[], parent = ''): FieldError[] {
  return errors.flatMap(({ property, constraints = {}, children = [] }) => {
    const field =
      parent === '' ? property : /^\d+$/.test(property) ? `${parent}[${property}]` : `${parent}.${property}`;
    const own = Object.entries(constraints).map(([rule, message]) => ({
      field,
      message: say(rule, message, property),
    }));
    // One sentence a field: what else is wrong with a value of the wrong kind follows from the first.
    return [...own.slice(0, 1), ...toFieldErrors(children, field)];
  });
}

/** For Nest's ValidationPipe. */
export function validationExceptionFactory(errors: ClassValidatorError[]): ValidationError {
  return new ValidationError(toFieldErrors(errors));
}

function say(rule: string, message: string, property: string): string {
  if (rule === 'whitelistValidation') return 'is not a known field; remove it or correct its name';
  return message.startsWith(`${property} `) ? message.slice(property.length + 1) : message;
}
