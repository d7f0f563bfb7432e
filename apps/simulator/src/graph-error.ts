import { fbtraceId } from './ids.ts';

interface KnownCode {
  /** HTTP status Meta gives with it. */
  status: number;
  title: string;
}

const CODES: Record<number, KnownCode> = {
  0: { status: 401, title: 'AuthException' },
  1: { status: 400, title: 'API Unknown' },
  2: { status: 503, title: 'API Service' },
  3: { status: 500, title: 'API Method' },
  4: { status: 400, title: 'API Too Many Calls' },
  10: { status: 403, title: 'API Permission Denied' },
  33: { status: 400, title: 'Parameter value is not valid' },
  100: { status: 400, title: 'Invalid parameter' },
  104: { status: 401, title: 'An access token is required to request this resource.' },
  190: { status: 401, title: 'Invalid OAuth access token.' },
  200: { status: 403, title: 'API Permission' },
  368: { status: 403, title: 'Temporarily blocked for policies violations' },
  803: { status: 404, title: 'Some of the aliases you requested do not exist' },
  2500: { status: 400, title: 'Unknown path components' },
  80007: { status: 400, title: 'Rate limit issues' },
  130403: { status: 400, title: 'Business has blocked this user' },
  130429: { status: 400, title: 'Rate limit hit' },
  130472: { status: 400, title: "User's number is part of an experiment" },
  130497: { status: 403, title: 'Business account is restricted from messaging users in this country.' },
  131000: { status: 500, title: 'Something went wrong' },
  131005: { status: 403, title: 'Access denied' },
  131008: { status: 400, title: 'Required parameter is missing' },
  131009: { status: 400, title: 'Parameter value is not valid' },
  131016: { status: 500, title: 'Service unavailable' },
  131021: { status: 400, title: 'Recipient cannot be sender' },
  131026: { status: 400, title: 'Message undeliverable' },
  131030: { status: 400, title: 'Recipient phone number not in allowed list' },
  131031: { status: 403, title: 'Account has been locked' },
  131037: { status: 400, title: 'Display name approval needed' },
  131042: { status: 400, title: 'Business eligibility payment issue' },
  131045: { status: 500, title: 'Incorrect certificate' },
  131047: { status: 400, title: 'Re-engagement message' },
  131048: { status: 400, title: 'Spam rate limit hit' },
  131049: { status: 400, title: 'Meta chose not to deliver' },
  131050: { status: 400, title: 'User has stopped marketing messages' },
  131051: { status: 400, title: 'Unsupported message type' },
  131053: { status: 400, title: 'Media upload error' },
  131055: { status: 400, title: 'Method not allowed' },
  131056: { status: 400, title: '(Business account, consumer account) pair rate limit hit' },
  131057: { status: 500, title: 'Account in maintenance mode' },
  131059: { status: 400, title: 'Invalid cursor' },
  131062: { status: 400, title: 'Recipient cannot be a business-scoped user id' },
  131215: { status: 400, title: 'Groups not eligible' },
  132000: { status: 400, title: 'Number of parameters does not match the expected number of params' },
  132001: { status: 404, title: 'Template name does not exist in the translation' },
  132005: { status: 400, title: 'Translated text too long' },
  132007: { status: 400, title: 'Template content policy violated' },
  132012: { status: 400, title: 'Parameter format does not match format in the created template' },
  132015: { status: 400, title: 'Template is paused' },
  132016: { status: 400, title: 'Template is disabled' },
  132018: { status: 400, title: 'Template parameter is not valid' },
  132068: { status: 400, title: 'Flow is blocked' },
  132069: { status: 400, title: 'Flow is throttled' },
  133004: { status: 503, title: 'Server temporarily unavailable' },
  133010: { status: 400, title: 'Phone number not registered' },
  133016: { status: 400, title: 'Account register or deregister rate limit exceeded' },
  135000: { status: 400, title: 'Generic user error' },
  137000: { status: 400, title: "Recipient's identity has changed" },
};

export interface GraphErrorExtras {
  httpStatus?: number;
  subcode?: number;
  type?: 'OAuthException' | 'GraphMethodException';
  isTransient?: boolean;
  /** For a person, in the language of the token's owner. */
  userTitle?: string;
  userMessage?: string;
  /** Replaces the usual `(#code) title`. */
  message?: string;
}

/** A refusal as Graph gives it. WhatsApp's own codes carry `error_data.details`; errors of Graph itself do not. */
export class GraphError extends Error {
  readonly httpStatus: number;

  constructor(
    readonly code: number,
    readonly details?: string,
    private readonly extras: GraphErrorExtras = {},
  ) {
    super(extras.message ?? `(#${code}) ${titleOf(code)}`);
    this.httpStatus = extras.httpStatus ?? CODES[code]?.status ?? 400;
  }

  toBody(): object {
    const { type = 'OAuthException', subcode, isTransient, userTitle, userMessage } = this.extras;
    return {
      error: {
        message: this.message,
        type,
        code: this.code,
        ...(this.details !== undefined && {
          error_data: { messaging_product: 'whatsapp', details: this.details },
        }),
        ...(subcode !== undefined && { error_subcode: subcode }),
        ...(isTransient !== undefined && { is_transient: isTransient }),
        ...(userTitle !== undefined && { error_user_title: userTitle, error_user_msg: userMessage }),
        fbtrace_id: fbtraceId(),
      },
    };
  }
}

/** The same failure as an item of `statuses[].errors`. */
export function webhookError(code: number, details = titleOf(code)): object {
  const title = titleOf(code);
  return {
    code,
    title,
    message: title,
    error_data: { details },
    href: 'https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/',
  };
}

/** Unknown to this token, or not there at all: Graph does not tell which. */
export function unknownObject(method: string, id: string): GraphError {
  const message = `Unsupported ${method.toLowerCase()} request. Object with ID '${id}' does not exist, or this token may not see it, or it does not support this operation.`;
  return new GraphError(100, undefined, { message, type: 'GraphMethodException', subcode: 33 });
}

export function unknownPath(path: string): GraphError {
  return new GraphError(2500, undefined, { message: `Unknown path components: ${path}` });
}

function titleOf(code: number): string {
  return CODES[code]?.title ?? 'Unknown error';
}
