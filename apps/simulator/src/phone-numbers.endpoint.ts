import { APP } from './app.ts';
import { pickFields } from './fields.ts';
import type { GraphCall, Route } from './graph-api.ts';
import { GraphError } from './graph-error.ts';
import { json, type Reply } from './http.ts';
import { isCallbackVerified } from './webhook-handshake.ts';
import type { World } from './world.ts';

const SCOPES = ['whatsapp_business_management', 'whatsapp_business_messaging'];
const NUMBER_FIELDS = ['id', 'display_phone_number', 'verified_name', 'quality_rating', 'code_verification_status'];
const LISTED_NUMBER_FIELDS = [...NUMBER_FIELDS, 'status', 'platform_type', 'throughput'];

/** Numbers, the account itself, the token, and who gets the account's webhooks. */
export function phoneNumberRoutes(world: World): Route[] {
  const { account } = world;
  const ofAccount =
    (handle: (call: GraphCall) => Reply | Promise<Reply>): Route['handle'] =>
    (call) =>
      call.id === account.id ? handle(call) : undefined;
  return [
    { method: 'GET', pattern: '/debug_token', handle: (call) => debugToken(world, call) },
    {
      method: 'GET',
      pattern: '/:phone_number_id',
      handle: ({ request, id }) => {
        const number = account.numbers.get(id);
        return (
          number && json(pickFields(number, request.query.get('fields'), NUMBER_FIELDS, 'WhatsAppBusinessPhoneNumber'))
        );
      },
    },
    {
      method: 'GET',
      pattern: '/:waba_id',
      handle: ofAccount(({ request }) => {
        const node = {
          id: account.id,
          name: 'Palomar Demo',
          timezone_id: '313',
          currency: 'EUR',
          health_status: { can_send_message: 'AVAILABLE', entities: [] },
        };
        return json(
          pickFields(node, request.query.get('fields'), ['id', 'name', 'timezone_id'], 'WhatsAppBusinessAccount'),
        );
      }),
    },
    {
      method: 'GET',
      pattern: '/:waba_id/phone_numbers',
      handle: ofAccount(({ request }) => {
        const fields = request.query.get('fields');
        const data = [...account.numbers.values()].map((number) =>
          pickFields(number, fields, LISTED_NUMBER_FIELDS, 'WhatsAppBusinessPhoneNumber'),
        );
        return json({ data });
      }),
    },
    {
      method: 'GET',
      pattern: '/:waba_id/subscribed_apps',
      handle: ofAccount(() => json({ data: account.subscribed ? [subscription(world)] : [] })),
    },
    { method: 'POST', pattern: '/:waba_id/subscribed_apps', handle: ofAccount((call) => subscribe(world, call)) },
    {
      method: 'DELETE',
      pattern: '/:waba_id/subscribed_apps',
      handle: ofAccount(() => {
        account.subscribed = false;
        return json({ success: true });
      }),
    },
  ];
}

function debugToken({ options }: World, { request }: GraphCall): Reply {
  const token = request.query.get('input_token');
  if (token === null) throw new GraphError(100, undefined, { message: '(#100) The parameter input_token is required' });
  if (token !== options.accessToken) {
    const error = { code: 190, message: 'Invalid OAuth access token - Cannot parse access token' };
    return json({ data: { error, is_valid: false, scopes: [] } });
  }
  return json({
    data: {
      app_id: APP.id,
      type: 'SYSTEM_USER',
      application: APP.name,
      data_access_expires_at: 0,
      expires_at: 0,
      is_valid: true,
      issued_at: 1_750_000_000,
      scopes: SCOPES,
      granular_scopes: SCOPES.map((scope) => ({ scope, target_ids: [options.businessAccountId] })),
      user_id: '122100000000000000',
    },
  });
}

/** Without a body it also removes an override, as at Meta. */
async function subscribe(world: World, { request }: GraphCall): Promise<Reply> {
  const { account } = world;
  const { override_callback_uri: uri, verify_token: verifyToken } = request.object ?? {};
  if (uri !== undefined) {
    if (typeof uri !== 'string' || uri.length > 200) throw new GraphError(100, 'Invalid callback URI format');
    if (!(await isCallbackVerified(uri, String(verifyToken)))) {
      throw new GraphError(100, 'The callback URL did not answer the verification request');
    }
  }
  account.overrideCallbackUri = uri;
  account.subscribed = true;
  return json({ success: true, ...(uri !== undefined && { data: [subscription(world)] }) });
}

function subscription({ account }: World): object {
  const { overrideCallbackUri: uri } = account;
  return { ...(uri !== undefined && { override_callback_uri: uri }), whatsapp_business_api_data: APP };
}
