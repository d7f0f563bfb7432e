import { anything, boolean, type Check, list, number, object, oneOf, optional, text } from '../../payloads/check.ts';

const apps = list(object({ package_name: text(), signature_hash: text() }), { max: 5, of: 'apps' });

const buttonInput = object({
  type: oneOf('QUICK_REPLY', 'URL', 'PHONE_NUMBER', 'OTP', 'MPM', 'CATALOG', 'FLOW', 'VOICE_CALL', 'APP'),
  phone_number: optional(text({ max: 20 })),
  url: optional(object({ base_url: text({ max: 2000 }), url_suffix_example: optional(text({ max: 2000 })) })),
  otp_type: optional(oneOf('COPY_CODE', 'ONE_TAP', 'ZERO_TAP')),
  zero_tap_terms_accepted: optional(boolean),
  supported_apps: optional(apps),
});

const bodyInputs = object({
  add_contact_number: optional(boolean),
  add_learn_more_link: optional(boolean),
  add_security_recommendation: optional(boolean),
  add_track_package_link: optional(boolean),
  code_expiration_minutes: optional(number({ min: 1, max: 90, whole: true })),
});

/** What makes a template of a text in Meta's library: the text is fixed, its buttons want our links and numbers. */
export const libraryFields: Record<string, Check> = {
  library_template_name: text({ max: 512 }),
  library_template_button_inputs: optional(list(buttonInput, { min: 0, max: 10, of: 'buttons' })),
  library_template_body_inputs: optional(bodyInputs),
  allow_category_change: anything,
};
