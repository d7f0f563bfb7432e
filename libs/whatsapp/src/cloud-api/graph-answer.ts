import {
  type CloudApiError,
  CloudApiNotSentError,
  CloudApiRefusal,
  CloudApiUnknownOutcomeError,
} from './cloud-api.error.ts';
import type { GraphError } from './cloud-api.types.ts';
import { type HttpAnswer, HttpTransportError } from './http-transport.ts';

/** A 2xx answer that holds a JSON object. */
export interface GraphAnswer {
  status: number;
  body: Record<string, unknown>;
}

/**
 * Tells Meta's three kinds of answer apart: done, refused (an error envelope, whatever the status), or anything else.
 * Of a refusal the texts are kept, so the secrets of the call are struck out of them.
 * @throws CloudApiRefusal, CloudApiUnknownOutcomeError
 */
export function readGraphAnswer({ status, text }: HttpAnswer, secrets: readonly (string | undefined)[]): GraphAnswer {
  const body = parse(text);
  if (hasErrorCode(body)) throw new CloudApiRefusal(withoutSecrets(body.error, secrets), status);
  if (status < 200 || status > 299) throw new CloudApiUnknownOutcomeError(`HTTP ${status} without envelope`, status);
  if (!isObject(body)) throw new CloudApiUnknownOutcomeError('answer is not a JSON object', status);
  return { status, body };
}

/** What a failed exchange means. An error we do not know proves nothing, so its outcome is unknown. */
export function toCloudApiError(error: unknown): CloudApiError {
  if (!(error instanceof HttpTransportError)) return new CloudApiUnknownOutcomeError('unexpected transport failure');
  return error.mayHaveBeenSent ? new CloudApiUnknownOutcomeError(error.reason) : new CloudApiNotSentError(error.reason);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // HTML of a proxy, half a body, nothing
  }
}

/** The code must be a number: proxies have their own `{ "error": … }`. */
function hasErrorCode(body: unknown): body is { error: GraphError } {
  return isObject(body) && isObject(body.error) && typeof body.error.code === 'number';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function withoutSecrets(error: GraphError, secrets: readonly (string | undefined)[]): GraphError {
  const strike = (text: string) =>
    secrets.reduce<string>((kept, one) => (one ? kept.replaceAll(one, '***') : kept), text);
  return JSON.parse(JSON.stringify(error), (_key, value: unknown) =>
    typeof value === 'string' ? strike(value) : value,
  ) as GraphError;
}
