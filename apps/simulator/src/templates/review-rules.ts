import { componentOf, type Template } from './template.ts';
import type { NewsDetails } from './template-news.ts';

/** How a review ends. PENDING: it does not. */
export interface Verdict extends Pick<NewsDetails, 'rejection_info'> {
  verdict: 'APPROVED' | 'REJECTED' | 'PENDING';
  /** Of a rejection. */
  reason?: string;
}

const SECRETS = /\b(contraseñas?|passwords?|PIN|CVV|n[uú]mero de (tu |su )?tarjeta|card number)(?![\p{L}\d])/iu;

/** What the reviewer says of a template when nothing else was agreed. */
export function verdictOn({ components, category }: Template): Verdict {
  const text = componentOf(components, 'BODY')?.text ?? '';
  if (/\}\}\s*\{\{/.test(text)) {
    const rejection_info = {
      reason: 'Two variables stand next to each other without text between them.',
      recommendation: 'Put words between the variables that say what each of them is.',
    };
    return { verdict: 'REJECTED', reason: 'INVALID_FORMAT', rejection_info };
  }
  if (category !== 'AUTHENTICATION' && SECRETS.test(text)) return { verdict: 'REJECTED', reason: 'SCAM' };
  return { verdict: 'APPROVED' };
}
