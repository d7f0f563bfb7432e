export { MESSAGE_TYPES, type MessageContent, type MessageType, type ReadContent, readContent } from './read-content.ts';
export { unstorableFaults } from './storable.ts';
export { isKeyed } from './template.ts';
export { type BodyParameters, bodyParameters, renderBody } from './template-body.ts';
