import { Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsInt, IsOptional, Matches, Max, Min, ValidateBy } from 'class-validator';

/** The words that switch something on or off. */
const FLAGS = new Map([
  ['true', true],
  ['1', true],
  ['yes', true],
  ['false', false],
  ['0', false],
  ['no', false],
]);

/** A whole number in a range, in digits. */
export function Whole(min: number, max: number, example: number): PropertyDecorator {
  const message = `must be a whole number from ${min} to ${max}, such as ${example}`;
  return all(
    reading((text) => (/^\d+$/.test(text) ? Number(text) : text)),
    IsInt({ message }),
    Min(min, { message }),
    Max(max, { message }),
  );
}

/** On or off. */
export function Flag(): PropertyDecorator {
  return all(
    reading((text) => FLAGS.get(text.toLowerCase()) ?? text),
    IsBoolean({ message: 'must be true or false (1, 0, yes and no will do)' }),
  );
}

export function OneOf(words: readonly string[]): PropertyDecorator {
  return IsIn(words, { message: `must be one of ${words.join(', ')}` });
}

/** A text of some form; `what` says which, with an example. */
export function Form(form: RegExp, what: string): PropertyDecorator {
  return all(IsOptional(), Matches(form, { message: `must be ${what}` }));
}

/** An absolute URL with one of these schemes; `what` says which, with an example. */
export function Url(schemes: readonly string[], what: string): PropertyDecorator {
  const isUrl = (value: unknown): boolean => {
    if (typeof value !== 'string' || !schemes.some((scheme) => value.startsWith(`${scheme}://`))) return false;
    // PostgreSQL's socket form, `user@/database?host=/run/…`, has an empty host, which no URL parser takes.
    return !/\s/.test(value) && URL.canParse(value.replace('@/', '@localhost/'));
  };
  return Check(isUrl, `${what}; characters such as # / @ in a password are written %23 %2F %40`);
}

/** A text for which a test holds; `what` says what it must be, with an example. */
export function Check(holds: (value: unknown) => boolean, what: string): PropertyDecorator {
  return all(
    IsOptional(),
    ValidateBy({ name: 'check', validator: { validate: holds } }, { message: `must be ${what}` }),
  );
}

/** What cannot be read stays a text, for the validators to refuse. */
function reading(read: (text: string) => unknown): PropertyDecorator {
  return Transform(({ value }: { value: string }) => read(value));
}

function all(...decorators: PropertyDecorator[]): PropertyDecorator {
  return (target, property) => decorators.forEach((decorate) => decorate(target, property));
}
