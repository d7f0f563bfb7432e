import type { Json } from '../contract/examples.ts';

const ENDS_AT = '2099-12-31T23:00:00.000Z';
const CODE = '123456';
const PLACEHOLDER = /\{\{\s*\w+\s*\}\}/;

/** What a header of each format shows. */
const SHOWN: Record<string, object> = {
  IMAGE: { image: { link: 'https://files.example/a.jpg' } },
  VIDEO: { video: { link: 'https://files.example/a.mp4' } },
  GIF: { gif: { link: 'https://files.example/a.mp4' } },
  DOCUMENT: { document: { link: 'https://files.example/a.pdf', filename: 'a.pdf' } },
  LOCATION: { location: { latitude: 40.4, longitude: -3.7, name: 'Madrid', address: 'Calle Mayor 1' } },
  PRODUCT: { product: { catalog_id: '1', product_retailer_id: '2' } },
};
const PRODUCTS = {
  thumbnail_product_retailer_id: '2',
  sections: [{ title: 'A', product_items: [{ product_retailer_id: '2' }] }],
};

/** A send of a template, filled with the values that it gives as its own examples. */
export function exampleSend({ name, language, components }: Json): Json {
  const cards = partOf(components, 'CAROUSEL')?.cards;
  const offer = partOf(components, 'LIMITED_TIME_OFFER')?.limited_time_offer;
  return {
    name,
    language,
    ...exampleParts(components),
    ...(cards && { cards: cards.map((card: Json) => exampleParts(card.components)) }),
    ...(offer?.has_expiration && { limited_time_offer: { expires_at: ENDS_AT } }),
  };
}

function exampleParts(components: Json[]): Json {
  const buttons = (partOf(components, 'BUTTONS')?.buttons ?? []).flatMap(exampleButton);
  return {
    parameters: exampleValues(partOf(components, 'BODY')),
    header: exampleHeader(partOf(components, 'HEADER')),
    ...(buttons.length > 0 && { buttons }),
  };
}

/** The body of an authentication template is Meta's, and may be left out of what is written down of it. */
function exampleValues(body: Json): Json {
  if (!body) return undefined;
  if (body.text === undefined) return [CODE];
  const named = body.example?.body_text_named_params;
  if (named) return Object.fromEntries(named.map(({ param_name, example }: Json) => [param_name, example]));
  return body.example?.body_text?.[0];
}

function exampleHeader(header: Json): Json {
  if (!header) return undefined;
  if (header.format && header.format !== 'TEXT') return SHOWN[header.format];
  const [named] = header.example?.header_text_named_params ?? [];
  return named ? { [named.param_name]: named.example } : header.example?.header_text?.[0];
}

function exampleButton(button: Json, index: number): Json[] {
  const [example] = [button.example].flat();
  if (button.type === 'URL') return PLACEHOLDER.test(button.url) ? [{ index, url: endOf(example) }] : [];
  if (button.type === 'OTP') return [{ index, url: CODE }];
  if (button.type === 'COPY_CODE') return [{ index, coupon_code: example }];
  if (button.type === 'FLOW') return [{ index, flow_token: 'unused' }];
  if (button.type === 'MPM') return [{ index, ...PRODUCTS }];
  return [];
}

/** Some give the whole link as the example, some its end. */
function endOf(example: string): string {
  return /[^/=]*$/.exec(example)?.[0] ?? example;
}

function partOf(components: Json[], type: string): Json {
  return components.find((one) => one.type === type);
}
