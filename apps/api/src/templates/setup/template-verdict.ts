import type { WhatsAppTemplate } from '#messages';

/** How far a template is from being sent by purchase orders. `act`: somebody has to do something. */
export type SetupState = 'ready' | 'in-review' | 'act';

export interface Verdict {
  state: SetupState;
  /** Sentences for an operator: what is, what to wait for, what to do. */
  advice: string[];
}

const PARAMETERS = 3;
const REVIEW = [
  'Meta reviews it: mostly within minutes, at the longest 24 hours. Nothing has to be done meanwhile.',
  'Palomar notices the end by itself; orders that come before wait, and are sent then.',
];

/** What an operator is told of the template as it is. */
export function verdictOn(template: WhatsAppTemplate): Verdict {
  const { templateName: name, language, status, category } = template;
  const misfit = misfitOf(template);
  if (misfit) return { state: 'act', advice: [misfit, otherName(name)] };
  const { state, advice } = byStatus(template);
  const look = `To look: GET /api/v1/whatsapp/templates/${name} (language ${language}), or this command again.`;
  const isMarketing = category === 'MARKETING' && state !== 'act';
  const note =
    'Meta made it a MARKETING template: dearer, and not delivered to people who stopped marketing. A text without anything that sells can be submitted under another name.';
  return { state, advice: [`It is ${status}.`, ...advice, ...(isMarketing ? [note] : []), look] };
}

function byStatus({ templateName: name, language, status, rejectedReason, statusDetails }: WhatsAppTemplate): Verdict {
  const route = `/api/v1/whatsapp/templates/${name}/${language}`;
  switch (status) {
    case 'APPROVED':
    case 'FLAGGED':
      return { state: 'ready', advice: ['Purchase orders can be sent with it.'] };
    case 'PENDING':
    case 'IN_APPEAL':
      return { state: 'in-review', advice: REVIEW };
    case 'REJECTED': {
      const reason = [rejectedReason, statusDetails].filter(Boolean).join(': ') || 'no reason was given';
      return {
        state: 'act',
        advice: [
          `Meta rejected it (${reason}).`,
          `Submit a better text with PATCH ${route} and {"components": […]}, keeping three variables. ${otherName(name)}`,
        ],
      };
    }
    case 'PAUSED':
      return {
        state: 'act',
        advice: [
          'Meta paused it, because too many recipients complained. It goes on by itself after 3 hours, the second time after 6; the third time it is disabled.',
          `Messages wait. To go on now: POST ${route}/unpause. Look who gets them, and why they do not want them.`,
        ],
      };
    case 'DISABLED':
      return { state: 'act', advice: ['Meta disabled it for good.', otherName(name)] };
    default:
      return { state: 'act', advice: [`A template that is ${status} cannot be sent.`, otherName(name)] };
  }
}

/** Why the three values of a purchase order do not fit it. */
function misfitOf({ templateName, parameterFormat, parameterCount, components }: WhatsAppTemplate): string | undefined {
  const has = `Template ${templateName} is there, but`;
  if (parameterFormat !== 'POSITIONAL')
    return `${has} its variables have names; a purchase order fills {{1}}, {{2}} and {{3}}.`;
  if (parameterCount !== PARAMETERS) {
    return `${has} its text has ${parameterCount} variables; a purchase order fills three: supplier, order number, amount.`;
  }
  const more = (components as Part[]).some(wantsMore);
  return more ? `${has} its header or a button wants values as well, which a purchase order does not have.` : undefined;
}

interface Part {
  type?: string;
  format?: string;
  text?: string;
  buttons?: { type?: string; url?: string }[];
}

function wantsMore({ type, format, text = '', buttons = [] }: Part): boolean {
  if (type?.toUpperCase() === 'HEADER') return format?.toUpperCase() !== 'TEXT' || text.includes('{{');
  return buttons.some((button) => button.type?.toUpperCase() === 'COPY_CODE' || button.url?.includes('{{') === true);
}

function otherName(name: string): string {
  return `Or set PO_NOTIFICATION_TEMPLATE to another name, such as ${name}_2, and run this again.`;
}
