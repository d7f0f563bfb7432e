import type { TemplateComponent } from '../template.ts';

const SELLING =
  /\b(ofertas?|descuentos?|rebajas?|promoci[oó]n(es)?|cup[oó]n(es)?|offers?|discounts?|sale|promo|coupons?)\b/i;

/** A UTILITY template that sells is MARKETING, whatever was asked for. */
export function categoryOf(asked: string, components: TemplateComponent[]): string {
  return asked === 'UTILITY' && components.some(isSelling) ? 'MARKETING' : asked;
}

function isSelling({ type, text, buttons = [] }: TemplateComponent): boolean {
  return (
    type === 'LIMITED_TIME_OFFER' || SELLING.test(text ?? '') || buttons.some((button) => button.type === 'COPY_CODE')
  );
}
