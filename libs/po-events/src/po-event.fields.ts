import { isISO4217CurrencyCode } from 'class-validator';

import type { EventParameter, EventTemplate, FieldError } from '#common';

import { formatAmount, NO_AMOUNT, readAmount } from './amount.ts';

/** What is told by an event: the fields that its template is fed by. */
export interface EventContent {
  /** Checked where every recipient is; undefined: there is nobody to tell. */
  to: string | undefined;
  recipientName: string | undefined;
  parameters: string[] | Record<string, string>;
}

/** Fields that the record of events keeps: always texts, of these lengths. */
const TEXTS = new Map([
  ['data.po_number', 100],
  ['data.supplier_name', 255],
]);
const LONGEST = 255;

/** Reads the fields that a kind of event needs; what is wrong with them is added to `errors`. */
export function readFields(event: object, template: EventTemplate, errors: FieldError[]): EventContent {
  const fields = new Fields(event, errors);
  const { to, recipientName, parameters } = template;
  const read = (parameter: EventParameter): string =>
    typeof parameter === 'string' ? fields.text(parameter) : fields.amount(parameter.amount, parameter.currency);
  const values = isList(parameters)
    ? parameters.map(read)
    : Object.fromEntries(Object.entries(parameters).map(([name, parameter]) => [name, read(parameter)]));
  return {
    to: fields.recipient(to),
    recipientName: recipientName === undefined ? undefined : fields.text(recipientName),
    parameters: values,
  };
}

/** Meta refuses parameters with line breaks, tabs or long runs of blanks; in a name they carry no meaning. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** The fields of one event by their paths. A field is refused once, however often it is named. */
class Fields {
  private readonly refused = new Set<string>();

  constructor(
    private readonly event: object,
    private readonly errors: FieldError[],
  ) {}

  /** A text on one line, or a number as it is written. */
  text(path: string): string {
    const value = this.find(path);
    const longest = TEXTS.get(path) ?? LONGEST;
    if (typeof value === 'number' && !TEXTS.has(path)) return String(value);
    if (typeof value !== 'string')
      return this.refuse(path, TEXTS.has(path) ? 'must be a string' : 'must be a text or a number');
    const text = oneLine(value);
    if (text === '') return this.refuse(path, 'should not be empty');
    if (text.length > longest) return this.refuse(path, `must be shorter than or equal to ${longest} characters`);
    return text;
  }

  /** `€1,250.00` */
  amount(path: string, currencyPath: string): string {
    const amount = readAmount(this.find(path));
    if (amount === undefined) this.refuse(path, NO_AMOUNT);
    const given = this.find(currencyPath);
    const currency = typeof given === 'string' ? given.toUpperCase() : '';
    if (!isISO4217CurrencyCode(currency)) this.refuse(currencyPath, 'must be an ISO 4217 currency code such as EUR');
    return amount === undefined || this.refused.has(currencyPath) ? '' : formatAmount(amount, currency);
  }

  /** Blank stands for absent: procurement systems write `""` for a supplier without a phone. */
  recipient(path: string): string | undefined {
    const value = this.find(path) ?? undefined;
    if (value === undefined || (typeof value === 'string' && value.trim() === '')) return undefined;
    return typeof value === 'string' ? value : this.refuse(path, 'must be a string');
  }

  /** What the event has of its own: a path reaches no further. */
  private find(path: string): unknown {
    return path.split('.').reduce<unknown>((inner, name) => {
      const has = typeof inner === 'object' && inner !== null && Object.hasOwn(inner, name);
      return has ? (inner as Record<string, unknown>)[name] : undefined;
    }, this.event);
  }

  private refuse(field: string, message: string): string {
    if (!this.refused.has(field)) this.errors.push({ field, message });
    this.refused.add(field);
    return '';
  }
}

function isList<T>(parameters: readonly T[] | Readonly<Record<string, T>>): parameters is readonly T[] {
  return Array.isArray(parameters);
}
