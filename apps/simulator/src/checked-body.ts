import type { Check } from './checks.ts';
import type { GraphRequest } from './http.ts';

/**
 * The body of a control call.
 * @throws GraphError when it is not as the check wants it
 */
export function checked<T>(request: GraphRequest, check: Check): T {
  const body = request.json();
  check(body, '');
  return body as T;
}
