import { GraphError } from './graph-error.ts';

/**
 * The `fields` a caller asked for, `id` always among them; `defaults` when none were named.
 * @throws GraphError 100 for a field the node does not have
 */
export function pickFields(node: object, fields: string | null, defaults: readonly string[], nodeType: string): object {
  const known = node as Record<string, unknown>;
  const wanted = fields === null ? defaults : fieldNames(fields);
  const unknown = wanted.find((field) => !Object.hasOwn(known, field));
  if (unknown !== undefined) {
    const message = `(#100) Tried accessing nonexisting field (${unknown}) on node type (${nodeType})`;
    throw new GraphError(100, undefined, { message });
  }
  return Object.fromEntries([...new Set([...wanted, 'id'])].map((field) => [field, known[field]]));
}

/** `name,throughput{level}` names two fields; what is asked inside of one is not looked at. */
function fieldNames(fields: string): string[] {
  const outer = fields.replace(/\{[^{}]*\}|\([^()]*\)/g, '');
  return outer
    .split(',')
    .map((field) => field.split('.')[0]?.trim() ?? '')
    .filter((field) => field !== '');
}
