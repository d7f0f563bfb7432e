import type { TemplateComponent } from '../template.ts';
import { missingField, refused, tooLong } from './refusals.ts';
import { hasEmoji, hasVariable, isOneLine } from './text-rules.ts';

const LONGEST = 60;

export function checkFooter({ text }: TemplateComponent): void {
  if (!text?.trim()) throw missingField('FOOTER', 'text');
  if (text.length > LONGEST) throw tooLong('footer', LONGEST);
  if (hasVariable(text) || !isOneLine(text) || hasEmoji(text)) {
    const message = 'The footer cannot hold variables, new lines or emojis.';
    throw refused('Message footer format is incorrect', message, 'footer');
  }
}
