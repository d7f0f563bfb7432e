import type { Json } from './examples.ts';

const MEDIA = ['image', 'audio', 'video', 'document', 'sticker'];

/** The example with its placeholders replaced by something real. */
export function filled(value: Json, mediaId: string, key = ''): Json {
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
  const parametersOf = (type: string): Json[] => components.find((one) => one.type === type)?.parameters ?? [];
  const body = parametersOf('body');
  const places = body.map(({ parameter_name: name }, index) => `{{${name ?? index + 1}}}`);
  const header = parametersOf('header')[0];
  const buttons = components
    .filter(({ type }) => type === 'button')
    .map(({ sub_type: type }) => ({ type: type.toUpperCase(), text: 'Button', url: 'https://shop.example/{{1}}' }));
  const cards = components.find(({ type }) => type === 'carousel')?.cards;
  return {
    parameter_format: body.some((one) => one.parameter_name) ? 'NAMED' : 'POSITIONAL',
    components: [
      ...(header ? [{ type: 'HEADER', format: header.type.toUpperCase() }] : []),
      { type: 'BODY', text: ['Text', ...places, 'end.'].join(' ') },
      ...(buttons.length > 0 ? [{ type: 'BUTTONS', buttons: buttons.map(withoutUrlUnlessLink) }] : []),
      ...(cards ? [{ type: 'CAROUSEL', cards }] : []),
    ],
  };
}

function withoutUrlUnlessLink({ url, ...button }: Json): Json {
  return button.type === 'URL' ? { ...button, url } : button;
}
