import type { Json } from './examples.ts';

const MEDIA = ['image', 'audio', 'video', 'document', 'sticker'];

/** The example with its placeholders replaced by something real. */
export function filled(value: Json, mediaId: string, key = ''): Json {
  if (key === 'expiration_time_ms') return Date.now() + 60 * 60 * 1000;
  if (typeof value === 'string') {
    if (/Recipient-Phone-Number/.test(value)) return '+16505551234';
    return value.includes('http(s)://') ? 'https://files.example/1' : value;
  }
  if (Array.isArray(value)) return value.map((one) => filled(one, mediaId, key));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([inner, one]) => [inner, filled(one, mediaId, inner)]);
  return { ...Object.fromEntries(entries), ...(MEDIA.includes(key) && value.id && { id: mediaId }) };
}

/** The definition of a template that was sent with these components. */
export function templateFor(components: Json[]): Json {
  const body = parametersOf(components, 'body');
  const cards = components.find(({ type }) => type === 'carousel')?.cards;
  const hasOffer = parametersOf(components, 'limited_time_offer').length > 0;
  const offer = { type: 'LIMITED_TIME_OFFER', limited_time_offer: { text: 'Offer', has_expiration: true } };
  return {
    parameter_format: body.some((one) => one.parameter_name) ? 'NAMED' : 'POSITIONAL',
    components: [
      ...partsFor(components),
      ...(hasOffer ? [offer] : []),
      ...(cards
        ? [{ type: 'CAROUSEL', cards: cards.map((card: Json) => ({ components: partsFor(card.components) })) }]
        : []),
    ],
  };
}

/** Header, body and buttons of the message or of a card. */
function partsFor(components: Json[]): Json[] {
  const [header] = parametersOf(components, 'header');
  const places = parametersOf(components, 'body').map(({ parameter_name: name }, index) => `{{${name ?? index + 1}}}`);
  const buttons = components.filter(({ type }) => type === 'button').map(buttonFor);
  return [
    ...(header ? [{ type: 'HEADER', format: header.type.toUpperCase() }] : []),
    { type: 'BODY', text: ['Text', ...places, 'end.'].join(' ') },
    ...(buttons.length > 0 ? [{ type: 'BUTTONS', buttons }] : []),
  ];
}

function buttonFor({ sub_type }: Json): Json {
  const type = sub_type.toUpperCase();
  return { type, text: 'Button', ...(type === 'URL' && { url: 'https://shop.example/{{1}}' }) };
}

function parametersOf(components: Json[], type: string): Json[] {
  return components.find((one) => one.type === type)?.parameters ?? [];
}
