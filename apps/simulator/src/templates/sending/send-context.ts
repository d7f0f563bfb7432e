import { GraphError } from '../../graph-error.ts';
import type { Template } from '../template.ts';
import type { GivenComponent, Parameter } from './template-object.ts';

/** What each check of one send has to know of it. */
export interface SendContext {
  isNamed: boolean;
  isAuthentication: boolean;
  hasOffer: boolean;
  /** Milliseconds since 1970. */
  now: number;
  /** A parameter that does not fit: v23 split 132018 off 132012. */
  badParameter: (details: string) => GraphError;
}

export function sendContext(template: Template, apiVersion: number, now: number): SendContext {
  return {
    isNamed: template.parameter_format === 'NAMED',
    isAuthentication: template.category === 'AUTHENTICATION',
    hasOffer: template.components.some((one) => one.type === 'LIMITED_TIME_OFFER'),
    now,
    badParameter: (details) => new GraphError(apiVersion >= 23 ? 132018 : 132012, details),
  };
}

/** @throws GraphError 131009 when a component that a message has once is given twice */
export function givenOnce(given: GivenComponent[], type: string): GivenComponent | undefined {
  const [first, second] = given.filter((one) => one.type.toLowerCase() === type);
  if (second) throw new GraphError(131009, `Param template['components'] holds two of type ${type}`);
  return first;
}

export function parametersOf(given: GivenComponent[], type: string): Parameter[] {
  return givenOnce(given, type)?.parameters ?? [];
}
