import { isEmail, ValidateBy } from 'class-validator';

/** Characters that can be stored, and one at least that can be seen. */
const NAME = /^(?=.*\S)[^\p{Cc}\p{Cs}]{1,100}$/u;
const STORABLE = /^[^\p{Cc}\p{Cs}]{3,254}$/u;

/** What people call somebody or something: up to 100 characters. */
export function IsName(): PropertyDecorator {
  const validate = (value: unknown) => typeof value === 'string' && NAME.test(value);
  return ValidateBy(
    { name: 'isName', validator: { validate } },
    { message: 'must be a name of up to 100 characters, without control characters' },
  );
}

/** An e-mail address, also of a host without a domain, such as admin@localhost. */
export function IsEmailAddress(): PropertyDecorator {
  // `isEmail` throws at half of a surrogate pair, so that is looked for first.
  const validate = (value: unknown) =>
    typeof value === 'string' && STORABLE.test(value) && isEmail(value, { require_tld: false });
  return ValidateBy(
    { name: 'isEmailAddress', validator: { validate } },
    { message: 'must be an e-mail address such as ana@example.com' },
  );
}
