import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';

import { describe, expect, it } from '@jest/globals';

import {
  type CloudApiError,
  CloudApiNotSentError,
  CloudApiRefusal,
  CloudApiUnknownOutcomeError,
} from './cloud-api.error.ts';
import { readGraphAnswer, toCloudApiError } from './graph-answer.ts';
import { HttpTransportError } from './http-transport.ts';

function failureOf(status: number, body: unknown, secrets: string[] = []): CloudApiError {
  try {
    readGraphAnswer({ status, text: typeof body === 'string' ? body : JSON.stringify(body) }, secrets);
  } catch (error) {
    return error as CloudApiError;
  }
  throw new Error('The answer was taken for a success.');
}

/** Every JSON file below the folder that holds Meta's error envelope; the number in front of its name is the HTTP status. */
function errorAnswers(folder: string): [name: string, status: number, text: string][] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .map((name): [string, number, string] => [
      name,
      Number(/(\d{3})-[^/]*$/.exec(name)?.[1]),
      readFileSync(join(folder, name), 'utf8'),
    ])
    .filter(([, , text]) => typeof (JSON.parse(text) as { error?: { code?: unknown } }).error?.code === 'number');
}

describe(readGraphAnswer.name, () => {
  it('hands on the object of a good answer', () => {
    const answer = readGraphAnswer({ status: 200, text: '{"success":true}' }, []);

    expect(answer).toEqual({ status: 200, body: { success: true } });
  });

  it('reads a refusal into fields', () => {
    const error = {
      message: '(#131056) Pair rate limit hit',
      type: 'OAuthException',
      code: 131056,
      error_subcode: 2494055,
      error_data: { messaging_product: 'whatsapp', details: 'Too many messages to this person.' },
      fbtrace_id: 'Atrace',
      is_transient: true,
    };

    const refusal = failureOf(400, { error });

    expect(refusal).toBeInstanceOf(CloudApiRefusal);
    expect(refusal).toMatchObject({
      outcome: 'refused',
      name: 'CloudApiRefusal',
      message: 'Meta refused the call with code 131056: Pair rate limit hit',
      code: 131056,
      subcode: 2494055,
      title: 'Pair rate limit hit',
      details: 'Too many messages to this person.',
      fbtraceId: 'Atrace',
      httpStatus: 400,
      isTransient: true,
      advice: { class: 'SLOW', scope: 'pair' },
    });
    expect(JSON.parse(JSON.stringify(refusal))).toEqual({ outcome: 'refused', http_status: 400, error });
  });

  it.each([200, 302, 400, 429, 500, 503])('takes an error envelope for a refusal under HTTP %i', (status) => {
    expect(failureOf(status, { error: { code: 0, message: 'x' } })).toMatchObject({
      outcome: 'refused',
      code: 0,
      httpStatus: status,
    });
  });

  it('gives an unknown code the class its HTTP status suggests', () => {
    expect(failureOf(429, { error: { code: 987654 } })).toMatchObject({ advice: { class: 'SLOW', known: false } });
    expect(failureOf(500, { error: { code: 987654 } })).toMatchObject({ advice: { class: 'RETRY', known: false } });
  });

  it('explains with the text for people when there are no details', () => {
    const refusal = failureOf(403, { error: { code: 200, error_user_msg: 'Sin permiso.' } });

    expect(refusal).toMatchObject({ details: 'Sin permiso.', title: 'Permission missing' });
  });

  it('survives an envelope whose fields are not what they should be', () => {
    const refusal = failureOf(400, {
      error: { code: 100, message: {}, error_data: 'x', error_user_msg: 1, fbtrace_id: [] },
    });

    expect(refusal).toMatchObject({ outcome: 'refused', details: undefined, fbtraceId: undefined });
  });

  it.each([
    ['a page of a proxy', 502, '<html>Bad gateway</html>'],
    ['nothing', 500, ''],
    ['half an envelope', 400, '{"error":{"code":100'],
    ["a gateway's own error", 502, '{"error":{"code":"bad_gateway"}}'],
    ['an error that is only a text', 500, '{"error":"overloaded"}'],
    ['JSON without an envelope', 404, '{"success":true}'],
    ['a redirect', 302, '{}'],
    ['text under 200', 200, 'OK'],
    ['a bare null', 200, 'null'],
    ['an array', 200, '[]'],
  ])('cannot tell the outcome from %s (HTTP %i)', (_what, status, text) => {
    const failure = failureOf(status, text);

    expect(failure).toBeInstanceOf(CloudApiUnknownOutcomeError);
    expect(failure).toMatchObject({ outcome: 'unknown', httpStatus: status });
  });

  it('strikes the secrets of the call out of whatever Meta repeats', () => {
    const token = 'EAAGsecretToken';
    const body = {
      error: {
        code: 190,
        message: `Malformed access token ${token}`,
        error_data: { details: `${token} or app-secret` },
      },
    };

    const refusal = failureOf(401, body, [token, 'app-secret', '']);

    for (const shown of [inspect(refusal, { depth: null, showHidden: true }), JSON.stringify(refusal), refusal.stack]) {
      expect(shown).toContain('Malformed access token ***');
      expect(shown).not.toMatch(/EAAG|app-secret/);
    }
  });

  it('keeps nothing of an answer it could not read', () => {
    const failure = failureOf(502, '<html>Bearer EAAGsecretToken</html>');

    expect(inspect(failure, { depth: null, showHidden: true })).not.toContain('EAAG');
  });
});

describe('error answers of our own', () => {
  const folder = join(import.meta.dirname, '../../../../test/fixtures/cloud-api/errors');
  const classes: Record<number, string> = {
    100: 'STOP', // with subcode 33
    190: 'STOP',
    200: 'STOP',
    80007: 'SLOW',
    130429: 'SLOW',
    131000: 'RETRY',
    131056: 'SLOW',
    132000: 'BAD',
  };

  it('are there, one for each class expected', () => {
    expect(errorAnswers(folder)).toHaveLength(Object.keys(classes).length);
  });

  it.each(errorAnswers(folder))('%s is a refusal of a known class', (_name, status, text) => {
    const refusal = failureOf(status, text) as CloudApiRefusal;

    expect(refusal).toMatchObject({ outcome: 'refused', httpStatus: status, advice: { known: true } });
    expect(refusal.advice.class).toBe(classes[refusal.code]);
  });
});

// Answers recorded elsewhere, which are not in this repository, run in addition to our own.
const recorded = process.env['PALOMAR_FIXTURES_DIR'];
if (recorded) {
  describe('recorded error answers', () => {
    it('are in the given folder', () => {
      expect(errorAnswers(recorded).length).toBeGreaterThan(0);
    });

    it.each(errorAnswers(recorded))('%s is a refusal of a known class', (_name, status, text) => {
      const refusal = failureOf(status, text);

      expect(refusal).toBeInstanceOf(CloudApiRefusal);
      expect(refusal).toMatchObject({ httpStatus: status, advice: { known: true } });
    });
  });
}

describe(toCloudApiError.name, () => {
  it.each(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT', 'CERT_HAS_EXPIRED'])(
    'knows that nothing was sent when %s came before the first byte',
    (reason) => {
      const error = toCloudApiError(new HttpTransportError(reason, false));

      expect(error).toBeInstanceOf(CloudApiNotSentError);
      expect(error.toJSON()).toEqual({ outcome: 'not-sent', reason });
    },
  );

  it.each(['ECONNRESET', 'UND_ERR_SOCKET', 'TIMEOUT'])('cannot tell what %s after the first byte means', (reason) => {
    const error = toCloudApiError(new HttpTransportError(reason, true));

    expect(error).toBeInstanceOf(CloudApiUnknownOutcomeError);
    expect(error.toJSON()).toEqual({ outcome: 'unknown', reason, http_status: undefined });
  });

  it('takes an error it does not know for an unknown outcome and keeps nothing of it', () => {
    const error = toCloudApiError(Object.assign(new Error('Bearer EAAGsecretToken'), { headers: 'EAAGsecretToken' }));

    expect(error.outcome).toBe('unknown');
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain('EAAG');
  });
});
