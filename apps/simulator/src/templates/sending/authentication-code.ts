import { GraphError } from '../../graph-error.ts';
import { parametersOf, type SendContext } from './send-context.ts';
import type { GivenComponent } from './template-object.ts';

const LONGEST_CODE = 15;

/**
 * The code is sent twice: for the text and for the button that copies it.
 * @throws GraphError 132005 by length, 132012 or 132018 for anything that is not one and the same code
 */
export function checkCode(given: GivenComponent[], send: SendContext): void {
  const shown = parametersOf(given, 'body')[0]?.text;
  const copied = parametersOf(given, 'button')[0]?.text;
  if (typeof shown !== 'string') throw new GraphError(132012, 'body: the code must be a text parameter');
  if (shown !== copied) throw send.badParameter('buttons: the code differs from the one of the body');
  if (shown.length > LONGEST_CODE) {
    throw new GraphError(132005, `body: the code is longer than ${LONGEST_CODE} characters`);
  }
  if (/https?:|www\.|\p{Extended_Pictographic}/iu.test(shown)) {
    throw send.badParameter('body: the code cannot hold a URL or an emoji');
  }
}
