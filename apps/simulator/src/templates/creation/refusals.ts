import { GraphError } from '../../graph-error.ts';

/** What Meta's desk has a subcode for. */
const SUBCODES = {
  limitOfTemplates: 2388019,
  beingDeleted: 2388023,
  exists: 2388024,
  notEditable: 2388039,
  tooLong: 2388040,
  missingField: 2388043,
  header: 2388047,
  body: 2388072,
  footer: 2388073,
  tooManyVariables: 2388293,
  variableAtTheEnds: 2388299,
  unknownTemplate: 2593002,
} as const;

export type Fault = keyof typeof SUBCODES;

/** A refusal as Graph gives it for templates: what is wrong stands in the texts for the user. */
export function refused(title: string, message: string, fault?: Fault): GraphError {
  return new GraphError(100, undefined, {
    message: 'Invalid parameter',
    isTransient: false,
    userTitle: title,
    userMessage: message,
    ...(fault && { subcode: SUBCODES[fault] }),
  });
}

export function tooLong(what: string, longest: number): GraphError {
  return refused('Character limit exceeded', `The ${what} may be at most ${longest} characters long.`, 'tooLong');
}

export function missingField(component: string, field: string): GraphError {
  const message = `A component of type ${component} is missing the expected field ${field}.`;
  return refused('Missing expected field', message, 'missingField');
}

export function wrongButtons(message: string): GraphError {
  return refused('Invalid buttons', message);
}

/** What is wrong with the structure of a body: here it is Graph that says so, with its own code. */
export function asGraphFaults(check: () => void): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    throw new GraphError(100, undefined, { message: `(#100) ${error.details ?? error.message}` });
  }
}
