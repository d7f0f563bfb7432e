import { anyObject, bool, type Check, type JsonObject, link, list, number, object, text } from '../../checks.ts';
import { IDENTITY } from '../creation/new-template.ts';
import { asGraphFaults, missingField, refused } from '../creation/refusals.ts';
import type { NewTemplate, TemplateButton, TemplateComponent } from '../template.ts';
import { LIBRARY_TEMPLATES, type LibraryTemplate } from './library-templates.ts';

const creation = object(
  { ...IDENTITY, library_template_name: text() },
  { library_template_button_inputs: () => undefined, library_template_body_inputs: () => undefined },
);

const bodyInputs = object(
  {},
  {
    add_contact_number: bool,
    add_learn_more_link: bool,
    add_security_recommendation: bool,
    add_track_package_link: bool,
    code_expiration_minutes: number(1, 90),
  },
);

const buttonInputs = list(
  object(
    { type: text() },
    {
      url: object({ base_url: link }, { url_suffix_example: text() }),
      phone_number: text(20),
      otp_type: text(),
      zero_tap_terms_accepted: bool,
      supported_apps: list(anyObject),
    },
  ),
);

/** What each addition to a body says. */
const ADDITIONS: Record<string, string> = {
  add_contact_number: 'You can call us at any time.',
  add_learn_more_link: 'Learn more on our page.',
  add_security_recommendation: 'For your security, do not share this message.',
  add_track_package_link: 'Track your package on our page.',
};

interface ButtonInput {
  type: string;
  url?: { base_url: string; url_suffix_example?: string };
  phone_number?: string;
}

/**
 * Reads the body of a creation that takes over a template of the library. Its texts are fixed; where the buttons lead
 * is the business's own.
 * @throws GraphError 100
 */
export function readLibraryCreation(body: JsonObject): NewTemplate {
  asGraphFaults(() => creation(body, ''));
  const { name, language, category, library_template_name } = body as Record<string, string>;
  const original = LIBRARY_TEMPLATES.find((one) => one.name === library_template_name && one.language === language);
  if (!original) {
    throw refused('Library template not found', `There is no ${language} library template ${library_template_name}.`);
  }
  if (category !== original.category) {
    throw refused('Invalid category', `The library template ${original.name} is of category ${original.category}.`);
  }
  const additions = readInputs(body.library_template_body_inputs ?? {}, bodyInputs) as JsonObject;
  const inputs = readInputs(body.library_template_button_inputs ?? [], buttonInputs) as ButtonInput[];
  const components = componentsOf(original, additions, filledButtons(original.buttons ?? [], inputs));
  return { name, language, category, components, library_template_name } as NewTemplate;
}

/** Both inputs come as JSON or as text that holds it. */
function readInputs(given: unknown, check: Check): unknown {
  const inputs = typeof given === 'string' ? parsed(given) : given;
  asGraphFaults(() => check(inputs, 'the inputs of a library template'));
  return inputs;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // refused like anything else that is no input
  }
}

function componentsOf(
  { header, body, body_params }: LibraryTemplate,
  additions: JsonObject,
  buttons: TemplateButton[],
): TemplateComponent[] {
  const added = Object.entries(ADDITIONS).flatMap(([key, words]) => (additions[key] === true ? words : []));
  const example = body_params.length > 0 && { example: { body_text: [body_params] } };
  return [
    ...(header === undefined ? [] : [{ type: 'HEADER', format: 'TEXT', text: header }]),
    { type: 'BODY', text: [body, ...added].join(' '), ...example },
    ...(buttons.length > 0 ? [{ type: 'BUTTONS', buttons }] : []),
  ];
}

/** An input for each button that leads somewhere, in their order. */
function filledButtons(buttons: TemplateButton[], inputs: ButtonInput[]): TemplateButton[] {
  const left = [...inputs];
  const filled = buttons.map((button) => {
    if (button.type === 'QUICK_REPLY') return button;
    const input = left.shift();
    if (input?.type !== button.type) {
      throw missingField('BUTTONS', `library_template_button_inputs for the ${button.type} button "${button.text}"`);
    }
    return button.type === 'URL' ? filledUrl(button, input) : filledPhoneNumber(button, input);
  });
  if (left.length > 0) throw refused('Invalid buttons', 'There are more inputs than buttons that take one.');
  return filled;
}

function filledUrl(button: TemplateButton, { url }: ButtonInput): TemplateButton {
  if (!url) throw missingField('URL', 'url.base_url');
  const { base_url, url_suffix_example } = url;
  if (!base_url.includes('{{')) return { ...button, url: base_url };
  if (url_suffix_example === undefined) throw missingField('URL', 'url.url_suffix_example');
  return { ...button, url: base_url, example: [url_suffix_example] };
}

function filledPhoneNumber(button: TemplateButton, { phone_number }: ButtonInput): TemplateButton {
  if (phone_number === undefined) throw missingField('PHONE_NUMBER', 'phone_number');
  return { ...button, phone_number };
}
