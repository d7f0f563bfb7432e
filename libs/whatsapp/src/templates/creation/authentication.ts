import {
  anything,
  boolean,
  type Check,
  list,
  number,
  object,
  oneOf,
  optional,
  pattern,
  type Rule,
  text,
  variant,
} from '../../payloads/check.ts';
import { dig, isString, type JsonObject, lowerCase } from '../../payloads/json.ts';
import { oneOfEach, required } from './parts.ts';
import { noVariables, onOneLine } from './variables.ts';

const label = text({ max: 25 }, noVariables, onOneLine);

const packageName: Check = (value, place) => {
  text({ max: 224 })(value, place);
  if (isString(value) && !/^[A-Za-z]\w*(\.[A-Za-z]\w*)+$/.test(value)) {
    place.refuse('must be the package name of an Android app, such as com.example.shop');
  }
};

/** Meta's own example of the old form has it encoded for a URL. */
const signatureHash = pattern(
  'the 11 characters of the signing key hash, such as K8a/AINcGX7',
  /^([A-Za-z0-9+/=]|%2[BF]|%3D){11}$/i,
);

const appForms: Rule<JsonObject> = (button, place) => {
  const type = lowerCase(button.otp_type);
  const hasOldForm = button.package_name !== undefined || button.signature_hash !== undefined;
  if (hasOldForm && button.supported_apps !== undefined) {
    place.refuse('has package_name and signature_hash beside supported_apps; give supported_apps alone');
  } else if (hasOldForm) {
    packageName(button.package_name, place.at('package_name'));
    signatureHash(button.signature_hash, place.at('signature_hash'));
  } else if (button.supported_apps === undefined && type !== 'copy_code') {
    place.at('supported_apps').refuse(`is required: the apps that take the code`);
  }
  if (type === 'zero_tap' && button.zero_tap_terms_accepted !== true) {
    place.at('zero_tap_terms_accepted').refuse("must be true: Meta's terms for codes that fill themselves in");
  }
};

const otp = object(
  {
    type: anything,
    otp_type: (value, place) =>
      oneOf('copy_code', 'one_tap', 'zero_tap')(isString(value) ? lowerCase(value) : value, place),
    text: optional(label),
    autofill_text: optional(label),
    supported_apps: optional(
      list(object({ package_name: packageName, signature_hash: signatureHash }), { max: 5, of: 'apps' }),
    ),
    zero_tap_terms_accepted: optional(boolean),
    // The form before v21, of one app.
    package_name: anything,
    signature_hash: anything,
  },
  appForms,
);

/** The text of an authentication template is Meta's: what can be chosen is what it adds to it, and how the code is taken over. */
export const authenticationComponents: Check = list(
  variant('type', {
    body: { add_security_recommendation: optional(boolean) },
    footer: { code_expiration_minutes: optional(number({ min: 1, max: 90, whole: true })) },
    buttons: { buttons: list(variant('type', { otp }), { max: 1, of: 'buttons' }) },
  }),
  { of: 'components' },
  oneOfEach,
  required('body', 'its text is made by Meta'),
  required('buttons', 'one OTP button, which takes the code over'),
);

/** The button in the form that every version takes. */
export function expandOtp(button: JsonObject): JsonObject {
  const { package_name, signature_hash, ...rest } = button;
  const apps = package_name === undefined ? rest.supported_apps : [{ package_name, signature_hash }];
  if (!Array.isArray(apps)) return rest;
  return {
    ...rest,
    supported_apps: apps.map((app) => ({
      package_name: dig(app, 'package_name'),
      signature_hash: decodeURIComponent(String(dig(app, 'signature_hash'))),
    })),
  };
}
