/**
 * What to do with a failure:
 * - `RETRY` passing: the same request again, with growing pauses, a few times
 * - `SLOW` throttled: hold the scope back for a while, then go on
 * - `WAIT` can work once a condition holds, which no blind repetition brings about
 * - `BAD` this request can never work: its content or the configuration must change
 * - `USER` this message can never reach this person
 * - `STOP` nothing in the scope can work: hold all of it and tell an operator
 */
export type ErrorClass = 'RETRY' | 'SLOW' | 'WAIT' | 'BAD' | 'USER' | 'STOP';

/** How far a failure reaches. `pair` is one number writing to one person; `feature` is one product, such as calls. */
export type ErrorScope =
  'message' | 'recipient' | 'pair' | 'country' | 'template' | 'flow' | 'feature' | 'number' | 'waba' | 'token' | 'app';

export interface CatalogueEntry {
  /** One code, or the first and the last of a range. */
  codes: number | readonly [first: number, last: number];
  class: ErrorClass;
  scope: ErrorScope;
  title: string;
  /** One sentence for an operator: what to do next. */
  action: string;
  /** Where the class's own number of repetitions does not fit. */
  maxRetries?: number;
  /** Where the class's own pause does not fit. */
  pauseMs?: number;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const RENEW_TOKEN = 'Make a new system-user token and store it as the access token.';
const GRANT_ACCESS = 'Give the system user the WhatsApp permissions and assign the WhatsApp Business Account to it.';
const CHECK_NUMBER_ID = 'Check the phone number id, and that the token may see this number.';
const FEWER_CALLS = 'Make fewer management calls; the limit is counted anew every hour.';
const ONLY_WAIT = 'Nothing to do unless it lasts; metastatus.com/whatsapp-business-api shows outages.';
const SEE_DETAILS = 'Correct the request; the details name what is wrong.';
const FIX_TEMPLATE_PARAMETERS = 'Sync the templates, then send exactly the parameters this template asks for.';
const FIX_TEMPLATE_TEXT = 'Correct the template and submit it again.';
const FIX_MEDIA = 'Check type, size and reachability of the file, then send the message again.';
const PALOMAR_DOES_NOT_USE = 'Palomar does not use this feature; look for another program on the same account.';

type Row = readonly [
  codes: CatalogueEntry['codes'],
  title: string,
  action: string,
  extras?: Pick<CatalogueEntry, 'maxRetries' | 'pauseMs'>,
];

/** Every code Meta documents. Where a range and a single code meet, the single code counts. */
export const ERROR_CATALOGUE: readonly CatalogueEntry[] = [
  // Authentication and permission
  ...entries('STOP', 'token', [
    [0, 'Access token expired, revoked or blocked', RENEW_TOKEN],
    [10, 'Permission missing or withdrawn', GRANT_ACCESS],
    [102, 'Session not valid', RENEW_TOKEN],
    [104, 'Request without an access token', 'Configure an access token.'],
    [190, 'Access token expired or not valid', RENEW_TOKEN],
    [[200, 299], 'Permission missing', GRANT_ACCESS],
    [131005, 'Access denied', GRANT_ACCESS],
  ]),
  ...entries('STOP', 'app', [
    [3, 'The app lacks a capability or permission', 'Check the capabilities of the app in the App Dashboard.'],
    [2500, 'No usable token, or unknown path or API version', 'Check WHATSAPP_GRAPH_URL and WHATSAPP_API_VERSION.'],
  ]),

  // State of the account and of the number
  ...entries('STOP', 'number', [
    [33, 'The number was deleted or the id does not exist', CHECK_NUMBER_ID],
    [803, 'The id is unknown or not visible', CHECK_NUMBER_ID],
    [131037, 'The number has no approved display name', 'Have the display name approved in WhatsApp Manager.'],
    [131045, 'The registration of the number is broken', 'Register the number again.'],
    [133010, 'The number is not registered', 'Register the number with its two-step PIN.'],
    [
      131048,
      'The number is limited for low quality or spam signals',
      'Look at quality rating, opt-outs and templates of the number; it can write first again after some hours.',
      { pauseMs: HOUR },
    ],
  ]),
  ...entries('STOP', 'waba', [
    [368, 'The account is restricted for a policy violation', 'Appeal in Business Support Home.'],
    [131031, 'The account is locked, or a PIN was wrong', 'Look at the health status of the account and appeal.'],
    [131042, 'Payment method or billing set-up at fault', 'Put billing right in the Billing Hub of the account.'],
  ]),
  ...entries('STOP', 'feature', [
    [131044, 'Calls are stopped for lack of payment', 'Put billing right in the Billing Hub of the account.'],
    [134011, 'Payment terms not accepted', 'Accept the payment terms in WhatsApp Manager.'],
    [139200, 'Access to Direct Send is blocked', 'Send an approved template instead and settle the block with Meta.'],
  ]),
  ...entries('STOP', 'recipient', [
    [
      131030,
      'A test number may write only to its listed recipients',
      'Add the recipient to the list of the test number.',
    ],
  ]),
  ...entries('SLOW', 'number', [
    [131057, 'The number is in maintenance', ONLY_WAIT, { pauseMs: MINUTE }],
    [2494100, 'The number is in maintenance for a migration', ONLY_WAIT, { pauseMs: 2 * MINUTE }],
  ]),
  ...entries('USER', 'country', [
    [
      130497,
      'This account may not write to people of this country',
      "Read Meta's policy on the country; stop sending there.",
    ],
  ]),

  // Throttling
  ...entries('SLOW', 'app', [
    [4, 'Call limit of the app reached', FEWER_CALLS, { pauseMs: MINUTE }],
    [17, 'Call limit of the user reached', FEWER_CALLS, { pauseMs: MINUTE }],
    [32, 'Call limit of the page reached', FEWER_CALLS, { pauseMs: MINUTE }],
    [341, 'Limit of the app reached', FEWER_CALLS, { pauseMs: MINUTE }],
    [613, 'Custom call limit reached', FEWER_CALLS, { pauseMs: MINUTE }],
  ]),
  ...entries('SLOW', 'waba', [
    [80007, 'Call limit of the account reached', FEWER_CALLS, { pauseMs: 5 * MINUTE }],
    [80008, 'Management call limit of the account reached', FEWER_CALLS, { pauseMs: 5 * MINUTE }],
  ]),
  ...entries('SLOW', 'number', [
    [
      130429,
      'Throughput of the number exceeded',
      'Lower WHATSAPP_MESSAGES_PER_SECOND to the throughput of the number.',
    ],
  ]),
  ...entries('SLOW', 'pair', [
    [
      131056,
      'Too many messages to this person in a short time',
      'Send this person fewer messages; the others are not affected.',
    ],
  ]),
  ...entries('STOP', 'template', [
    [
      131064,
      'Templates held for wrong categories',
      'Correct the categories of the templates; the block ends by itself.',
    ],
  ]),
  ...entries('WAIT', 'number', [
    [133008, 'Too many wrong PINs', 'Wait for the time given in the details, then use the right PIN.'],
    [133009, 'PIN entered too fast', 'Wait for the time given in the details, then use the right PIN.'],
    [133016, 'Registered or deregistered too often', 'Wait 72 hours before registering the number again.'],
  ]),

  // Platform
  ...entries('RETRY', 'message', [
    [
      1,
      'Invalid request or server error, which Meta does not tell apart',
      'Check the platform status at metastatus.com, then the request.',
      { maxRetries: 2 },
    ],
    [2, 'Temporary outage or overload', ONLY_WAIT],
    [131000, 'Unknown failure on the side of Meta', 'If it lasts, ask Meta support and name the fbtrace_id.'],
    [131016, 'Service unavailable', ONLY_WAIT],
    [133004, 'Server unavailable', ONLY_WAIT],
  ]),
  ...entries('BAD', 'message', [
    [135000, 'Unknown failure with these parameters', "Compare the request with Meta's reference.", { maxRetries: 1 }],
  ]),

  // Content of the request
  ...entries('BAD', 'message', [
    [100, 'Parameter unknown, wrong or too long', SEE_DETAILS],
    [131008, 'A required parameter is missing', SEE_DETAILS],
    [131009, 'The value of a parameter is not valid', SEE_DETAILS],
    [131014, 'The media link could not be fetched', FIX_MEDIA],
    [131021, 'Sender and recipient are the same', 'Write to another number.'],
    [131051, 'This type of message is not supported', 'Send a supported type of message.'],
    [131052, 'Media sent by the user could not be fetched', 'Ask the user to send the file again, below 100 MB.'],
    [131053, 'The media of this message could not be read', FIX_MEDIA],
    [131055, 'Method not allowed for this message', 'Send this content by the messages route.'],
    [131059, 'The paging cursor expired', 'Start the listing again from its first page.'],
    [131062, 'This message needs a phone number', 'Send it to the phone number, not to the user id.'],
    [131063, 'Marketing templates are switched off here', 'Use the marketing messages route or switch them on again.'],
    [134100, 'The marketing route takes marketing templates only', 'Send this template by the messages route.'],
    [134102, 'Not ready for the marketing route', 'Complete the onboarding to Marketing Messages.'],
  ]),
  ...entries('BAD', 'template', [
    [132000, 'Number of parameters differs from the template', FIX_TEMPLATE_PARAMETERS],
    [132001, 'Template or language unknown, or not approved', 'Sync the templates; check name, language and status.'],
    [132005, 'Text too long once the parameters are filled in', 'Shorten the parameters.'],
    [132008, 'Parameter format differs from the template', FIX_TEMPLATE_PARAMETERS],
    [132012, 'Parameter format differs from the template', FIX_TEMPLATE_PARAMETERS],
    [132018, 'A template parameter is not acceptable', 'Use values without line breaks, tabs or runs of blanks.'],
    [132021, 'The name belongs to another template', 'Choose another name for the Direct Send message.'],
  ]),
  ...entries('STOP', 'template', [
    [132007, 'The template violates a policy', 'Edit the template to fit the policy, then have it approved again.'],
    [
      132015,
      'The template is paused for low quality',
      'Improve the template; decide on resending when it is approved again.',
    ],
    [132016, 'The template is disabled for good', 'Create a new template and send that one.'],
  ]),
  ...entries('WAIT', 'template', [[134101, 'The marketing template is still syncing', 'Send again in ten minutes.']]),
  ...entries('STOP', 'flow', [[132068, 'The flow is blocked', 'Put the flow right in WhatsApp Manager.']]),
  ...entries('SLOW', 'flow', [
    [
      132069,
      'The flow is limited to ten messages per hour',
      'Put the flow right in WhatsApp Manager.',
      { pauseMs: 6 * MINUTE },
    ],
  ]),

  // Recipient
  ...entries('USER', 'recipient', [
    [
      131026,
      'The message cannot be delivered to this number',
      'Check that the person uses WhatsApp, or use another channel.',
    ],
    [131050, 'The person stopped marketing messages', 'Record the opt-out and send no more marketing.'],
    [130403, 'The business blocked this person', 'Unblock the person to write again.'],
    [130472, 'Meta withheld the message for an experiment', 'Use another channel for this message; it was not billed.'],
  ]),
  ...entries('BAD', 'recipient', [
    [131047, 'The 24-hour window is closed', 'Send a template, or wait until the person writes.'],
    [137000, 'The identity of the person changed', 'Confirm the identity by other means before writing again.'],
  ]),
  ...entries('WAIT', 'recipient', [
    [131049, 'Held back by Meta to limit marketing', 'Wait at least 24 hours and send less marketing to this person.'],
  ]),

  // Groups
  ...entries('BAD', 'message', [
    [131020, 'Group not valid', SEE_DETAILS],
    [131041, 'Group request failed', SEE_DETAILS],
    [[131201, 131215], 'Group request refused', SEE_DETAILS],
  ]),
  ...entries('SLOW', 'number', [[131208, 'Group call limit reached', 'Make fewer group calls.']]),

  // Registration and other products
  ...entries('WAIT', 'number', [
    [133000, 'An earlier deregistration is unfinished', 'Deregister the number again, then register it.'],
    [133015, 'The number was deleted a moment ago', 'Wait five minutes, then register it.'],
    [136024, 'A verification code could not be requested', 'Wait, then ask for a new code.'],
  ]),
  ...entries('BAD', 'number', [
    [133005, 'Two-step PIN wrong', 'Use the right PIN, or reset it in WhatsApp Manager.'],
    [133006, 'The number must be verified first', 'Ask for a verification code and enter it.'],
    [136025, 'The verification code was refused', 'Ask for a new code and enter that one.'],
    [2388012, 'Phone number migration failed', SEE_DETAILS],
    [2388091, 'Phone number migration: code not sent', SEE_DETAILS],
    [2388093, 'Phone number migration: code refused', SEE_DETAILS],
    [2388103, 'Phone number migration refused', SEE_DETAILS],
    [2593107, 'The chat history was requested already', 'Nothing to do: history is handed over once.'],
    [2593108, 'Too late to request the chat history', 'Onboard the number anew; history is open for 24 hours.'],
  ]),
  ...entries('BAD', 'feature', [
    [[138000, 138018], 'Call refused', PALOMAR_DOES_NOT_USE],
    [[139000, 139004], 'Flow operation refused', 'Put the flow right in WhatsApp Manager.'],
    [139100, 'Some users could not be blocked or unblocked', SEE_DETAILS],
    [139101, 'The block list is full', 'Unblock people who need not be blocked any more.'],
    [[147001, 147005], 'Business username refused', 'Choose the username in WhatsApp Manager.'],
    [[200005, 200007], 'Template insights not available', 'Switch template insights on, where the region allows it.'],
    [1752041, 'Onboarding to the marketing route was requested before', 'Nothing to do: the first request counts.'],
  ]),
  ...entries('RETRY', 'feature', [
    [139102, 'The block list was changed at the same time', ONLY_WAIT],
    [139103, 'Block list: failure on the side of Meta', ONLY_WAIT],
  ]),
  ...entries('WAIT', 'feature', [
    [138006, 'The person has not allowed calls', 'Ask for permission to call and wait for the answer.'],
    [138009, 'Permission to call was asked too often', 'Wait a day before asking for permission again.'],
    [138012, 'Calls of the day used up', 'Wait until tomorrow before calling this person.'],
  ]),

  // Creating and editing templates
  ...entries('BAD', 'template', [
    [2388019, 'Limit of templates reached', 'Delete templates that are not used, or verify the business.'],
    [2388039, 'A template in this status cannot be edited', 'Wait for the review, or mind the limit of edits per day.'],
    [2388040, 'A part of the template is too long', FIX_TEMPLATE_TEXT],
    [2388047, 'Format of the template header not valid', FIX_TEMPLATE_TEXT],
    [2388072, 'Format of the template body not valid', FIX_TEMPLATE_TEXT],
    [2388073, 'Format of the template footer not valid', FIX_TEMPLATE_TEXT],
    [2388293, 'Too many variables for so short a text', FIX_TEMPLATE_TEXT],
    [2388299, 'The text starts or ends with a variable', FIX_TEMPLATE_TEXT],
    [2388318, 'A Direct Send template cannot be edited', 'Leave the template to Meta, or create one of your own.'],
    [2388330, 'A Direct Send template cannot be deleted', 'Leave the template to Meta.'],
  ]),
];

function entries(errorClass: ErrorClass, scope: ErrorScope, rows: readonly Row[]): CatalogueEntry[] {
  return rows.map(([codes, title, action, extras]) => ({ codes, class: errorClass, scope, title, action, ...extras }));
}
