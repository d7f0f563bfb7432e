import { dig, isObject, isString, itemsOf, type JsonObject } from '../../payloads/json.ts';

/** A header that is to be shown by a file of ours. */
export interface HeaderFile {
  /** `components[0].media_id` */
  field: string;
  mediaId: string;
  /** IMAGE, VIDEO, GIF or DOCUMENT. */
  format: string;
  /** Puts Meta's handle in the place of our id. */
  replaceBy(handle: string): void;
}

/** The headers, of the template and of its cards, that name a file by `media_id`. */
export function headerFilesOf(components: unknown, path = 'components'): HeaderFile[] {
  return itemsOf(components).flatMap((component, index) => {
    const here = `${path}[${index}]`;
    const cards = itemsOf(dig(component, 'cards')).flatMap((card, at) =>
      headerFilesOf(dig(card, 'components'), `${here}.cards[${at}].components`),
    );
    return isObject(component) && isString(component.media_id) ? [toHeaderFile(component, here), ...cards] : cards;
  });
}

function toHeaderFile(header: JsonObject, path: string): HeaderFile {
  return {
    field: `${path}.media_id`,
    mediaId: String(header.media_id),
    format: String(header.format),
    replaceBy: (handle) => {
      delete header.media_id;
      header.example = { header_handle: [handle] };
    },
  };
}
