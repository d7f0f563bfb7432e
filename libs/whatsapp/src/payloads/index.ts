export { Place } from './check.ts';
export { dig, isObject, isString, itemsOf, type JsonObject, lowerCase, toNumber } from './json.ts';
export { MESSAGE_TYPES, type MessageContent, type MessageType, type ReadContent, readContent } from './read-content.ts';
export { unstorableFaults } from './storable.ts';
export { isKeyed } from './template.ts';
export {
  type BodyParameters,
  bodyParameters,
  fillText,
  parameterName,
  parameterText,
  renderBody,
} from './template-body.ts';
export { expandTemplate, type Path, valueAt, writtenPaths } from './template-expansion.ts';
