import { dig, itemsOf, lowerCase, type Path } from '../../payloads/index.ts';

/** A component of a send, and where it stands. */
export class GivenPart {
  readonly parameters: unknown[];

  constructor(
    readonly component: unknown,
    private readonly at: Path,
    private readonly index: number,
  ) {
    this.parameters = itemsOf(dig(component, 'parameters'));
  }

  /** Spelled out for what is refused alone: most parts of most sends are right. */
  get path(): Path {
    return [...this.at, 'components', this.index];
  }
}

/** What a send gives for a template, or for one card of its carousel. */
export interface GivenParts {
  /** Where they all stand. */
  at: Path;
  body?: GivenPart;
  header?: GivenPart;
  carousel?: GivenPart;
  offer?: GivenPart;
  buttons: GivenPart[];
}

/** The components at `at` by what they are; those that no template of ours asks for are left to Meta. */
export function partsOf(components: unknown, at: Path): GivenParts {
  const parts: GivenParts = { at, buttons: [] };
  itemsOf(components).forEach((component, index) => put(parts, new GivenPart(component, at, index)));
  return parts;
}

function put(parts: GivenParts, part: GivenPart): void {
  switch (lowerCase(dig(part.component, 'type'))) {
    case 'body':
      parts.body = part;
      break;
    case 'header':
      parts.header = part;
      break;
    case 'button':
      parts.buttons.push(part);
      break;
    case 'carousel':
      parts.carousel = part;
      break;
    case 'limited_time_offer':
      parts.offer = part;
      break;
  }
}
