import { isObject, isString, itemsOf, type JsonObject } from './json.ts';
import { expandButton, fieldOfParameter } from './template-button-kinds.ts';
import { isShown, toMs } from './template-shorthands.ts';

export type Path = readonly (string | number)[];

/** Called with each part of the expansion and where it was written; most sends are never asked for that. */
type Note = ((part: object, path: Path) => void) | undefined;

/** Meta's template object: shorthands become components, and those that are given follow them as they are. */
export function expandTemplate(given: JsonObject, note?: Note): JsonObject {
  const {
    language,
    components,
    parameters: _parameters,
    header: _header,
    buttons: _buttons,
    cards,
    limited_time_offer: offer,
    ...rest
  } = given;
  const expanded = [
    ...expandParts(given, [], note),
    ...(offer === undefined ? [] : [expandOffer(offer, note)]),
    ...expandButtons(given, [], note),
    ...(cards === undefined ? [] : [expandCards(cards, note)]),
  ];
  itemsOf(components).forEach((each, index) => isObject(each) && note?.(each, ['components', index]));
  return {
    ...rest,
    language: isString(language) ? { code: language } : language,
    ...((components !== undefined || expanded.length > 0) && { components: [...expanded, ...itemsOf(components)] }),
  };
}

/** Finds where the caller wrote what stands at a path in the expansion: as far into it as the caller's own words go. */
export function writtenPaths(given: JsonObject): (path: Path) => Path {
  const origins = new Map<unknown, Path>();
  const expanded = expandTemplate(given, (each, at) => origins.set(each, at));
  return (path) => {
    let part: unknown = expanded;
    let written: Path = [];
    for (const key of path) {
      part = inside(part, key);
      const origin = origins.get(part);
      if (origin) written = origin;
      else if (inside(valueAt(given, written), key) !== undefined) written = [...written, key];
    }
    return written;
  };
}

/** What the caller wrote at a path. */
export function valueAt(given: unknown, path: Path): unknown {
  return path.reduce<unknown>(inside, given);
}

/** Body and header, of the template or of one card. */
function expandParts({ parameters, header }: JsonObject, within: Path, note: Note): JsonObject[] {
  const body = expandParameters(parameters, within, note);
  const components: JsonObject[] = [];
  if (body.length > 0) components.push(noted({ type: 'body', parameters: body }, within, 'parameters', note));
  if (header !== undefined) components.push(expandHeader(header, within, note));
  return components;
}

function expandParameters(parameters: unknown, within: Path, note: Note): unknown[] {
  if (isObject(parameters)) {
    return Object.entries(parameters).map(([parameter_name, each]) => {
      const parameter = { type: 'text', parameter_name, text: asText(each) };
      note?.(parameter, [...within, 'parameters', parameter_name]);
      return parameter;
    });
  }
  return itemsOf(parameters).map((each, index) => {
    const parameter = isObject(each) ? each : { type: 'text', text: asText(each) };
    note?.(parameter, [...within, 'parameters', index]);
    return parameter;
  });
}

function expandHeader(header: unknown, within: Path, note: Note): JsonObject {
  const parameter = headerParameter(header);
  const isNamed = isObject(header) && header.type === undefined && parameter.parameter_name !== undefined;
  note?.(parameter, isNamed ? [...within, 'header', String(parameter.parameter_name)] : [...within, 'header']);
  return noted({ type: 'header', parameters: [parameter] }, within, 'header', note);
}

function headerParameter(header: unknown): JsonObject {
  if (!isObject(header)) return { type: 'text', text: asText(header) };
  if (header.type !== undefined) return header;
  const [[key, shown] = ['', undefined]] = Object.entries(header);
  if (isShown(key)) return { type: key, [key]: shown };
  return { type: 'text', parameter_name: key, text: asText(shown) };
}

function expandButtons({ buttons }: JsonObject, within: Path, note: Note): JsonObject[] {
  return itemsOf(buttons).map((each, index) => {
    const given = isObject(each) ? each : {};
    const button = expandButton(given);
    note?.(button, [...within, 'buttons', index]);
    if (note) {
      for (const parameter of itemsOf(button.parameters) as JsonObject[]) {
        const field = fieldOfParameter(given, parameter);
        note(parameter, [...within, 'buttons', index, ...(field === undefined ? [] : [field])]);
      }
    }
    return button;
  });
}

function expandCards(given: unknown, note: Note): JsonObject {
  const cards = itemsOf(given).map((each, index) => {
    const card = isObject(each) ? each : {};
    const expanded = card.components === undefined ? expandCard(card, index, note) : card;
    note?.(expanded, ['cards', index]);
    return expanded;
  });
  note?.(cards, ['cards']);
  return noted({ type: 'carousel', cards }, [], 'cards', note);
}

function expandCard(card: JsonObject, index: number, note: Note): JsonObject {
  const within = note ? ['cards', index] : [];
  return { card_index: index, components: [...expandParts(card, within, note), ...expandButtons(card, within, note)] };
}

function expandOffer(offer: unknown, note: Note): JsonObject {
  const expires = isObject(offer) ? offer.expires_at : undefined;
  const parameter = { type: 'limited_time_offer', limited_time_offer: { expiration_time_ms: toMs(expires) } };
  note?.(parameter, ['limited_time_offer', 'expires_at']);
  return noted({ type: 'limited_time_offer', parameters: [parameter] }, [], 'limited_time_offer', note);
}

function noted(component: JsonObject, within: Path, field: string, note: Note): JsonObject {
  note?.(component, [...within, field]);
  return component;
}

function inside(value: unknown, key: string | number): unknown {
  if (!isObject(value) && !Array.isArray(value)) return undefined;
  return Object.hasOwn(value, key) ? (value as Record<string | number, unknown>)[key] : undefined;
}

/** What is no text, a check of the shape refuses. */
function asText(given: unknown): string {
  return isObject(given) || Array.isArray(given) ? '' : String(given);
}
