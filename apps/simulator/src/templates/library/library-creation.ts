import { bool, isObject, type JsonObject, number, object, text } from '../../checks.ts';
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

/** What each addition to a body says. */
const ADDITIONS: Record<string, string> = {
  add_contact_number: 'You can call us at any time.',
  add_learn_more_link: 'Learn more on our page.',
  add_security_recommendation: 'For your security, do not share this message.',
  add_track_package_link: 'Track your package on our page.',
};

interface ButtonInput extends JsonObject {
  type: string;
  url?: { base_url?: string; url_suffix_example?: string };
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
  const additions = readJson(body.library_template_body_inputs, {}) as JsonObject;
  asGraphFaults(() => bodyInputs(additions, 'library_template_body_inputs'));
  const inputs = readJson(body.library_template_button_inputs, []);
  const buttons = filledButtons(original.buttons ?? [], Array.isArray(inputs) ? (inputs as ButtonInput[]) : []);
  const components = componentsOf(original, additions, buttons);
  return { name, language, category, components, library_template_name } as NewTemplate;
}

/** Both inputs come as JSON or as text that holds it. */
function readJson(given: unknown, otherwise: unknown): unknown {
  if (typeof given !== 'string') return given ?? otherwise;
  try {
    return JSON.parse(given);
  } catch {
    throw refused('Invalid parameter', 'The inputs of a library template must be JSON.');
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
    if (!isObject(input) || input.type !== button.type) {
      throw missingField('BUTTONS', `library_template_button_inputs for the ${button.type} button "${button.text}"`);
    }
    return button.type === 'URL' ? filledUrl(button, input) : filledPhoneNumber(button, input);
  });
  if (left.length > 0) throw refused('Invalid buttons', 'There are more inputs than buttons that take one.');
  return filled;
}

function filledUrl(button: TemplateButton, { url }: ButtonInput): TemplateButton {
  const { base_url, url_suffix_example } = url ?? {};
  if (typeof base_url !== 'string') throw missingField('URL', 'url.base_url');
  if (!base_url.includes('{{')) return { ...button, url: base_url };
  if (typeof url_suffix_example !== 'string') throw missingField('URL', 'url.url_suffix_example');
  return { ...button, url: base_url, example: [url_suffix_example] };
}

function filledPhoneNumber(button: TemplateButton, { phone_number }: ButtonInput): TemplateButton {
  if (typeof phone_number !== 'string') throw missingField('PHONE_NUMBER', 'phone_number');
  return { ...button, phone_number };
}
