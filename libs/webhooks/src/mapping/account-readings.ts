import { type JsonObject, listOf, objectOf } from '../json.ts';
import { type AccountReading, because, dateOf, told, type ToldState, wordOf } from './account-reading.ts';

/** Meta's code for a message of an account that is restricted or banned. */
const ACCOUNT_STOPPED = 368;

/** `account_update` */
export function readAccountUpdate(value: JsonObject): AccountReading {
  const event = wordOf(value.event);
  switch (event) {
    case 'DISABLED_UPDATE':
      return { event, ...readBan(objectOf(value.ban_info)) };
    case 'ACCOUNT_RESTRICTION':
      return { event, ...readRestriction(listOf(value.restriction_info).map(objectOf)) };
    case 'ACCOUNT_VIOLATION':
      return {
        event,
        summary:
          `Meta found a violation${because(objectOf(value.violation_info).violation_type)}. ` +
          'Look at it in Business Support Home before the account is restricted.',
        level: 'warn',
      };
    case 'ACCOUNT_DELETED':
    case 'ACCOUNT_OFFBOARDED':
      return {
        event,
        summary: `${event}: nothing can be sent from this account. Configure another one.`,
        level: 'error',
      };
    default:
      return { event, summary: `Account: ${event ?? 'a change'}. Nothing to do.` };
  }
}

function readBan(ban: JsonObject): AccountReading {
  const state = wordOf(ban.waba_ban_state) ?? 'unknown';
  const date = wordOf(ban.waba_ban_date);
  const value = told({ state, date });
  const when = date ? ` (${date})` : '';
  if (state.startsWith('REINSTATE')) {
    return {
      summary: `The account is reinstated${when}. Its messages go on.`,
      states: [sendingState(value, {}, 'sending goes on')],
    };
  }
  if (/^(DISABLED?|BAN(NED)?)$/.test(state)) {
    const stop = { code: ACCOUNT_STOPPED, details: `Told by webhook: ${state}${when}` };
    return {
      summary: `The account is banned${when}. Its messages wait; appeal in Business Support Home.`,
      level: 'error',
      states: [sendingState(value, { stop }, 'sending is held')],
    };
  }
  return {
    summary: `Ban of the account: ${state}${when}. Appeal in Business Support Home before it takes effect.`,
    level: 'error',
    states: [{ subject: 'account', aspect: 'ban', value, says: 'the ban is noted' }],
  };
}

/** Some restrictions are on sending, others on adding numbers. The last to end is the one that matters. */
function readRestriction(restrictions: JsonObject[]): AccountReading {
  const types = restrictions.map(({ restriction_type: type }) => wordOf(type)).filter((type) => type !== undefined);
  const value = {
    restrictions: restrictions.map((one) => told({ type: wordOf(one.restriction_type), until: untilOf(one) })),
  };
  const onSending = restrictions.filter(({ restriction_type: type }) => wordOf(type)?.includes('MESSAGING'));
  const why = because(...types, ...restrictions.map(({ remediation }) => remediation));
  if (onSending.length === 0) {
    return {
      summary: `The account is restricted${why}. Sending goes on; look at it in Business Support Home.`,
      level: 'warn',
      states: [{ subject: 'account', aspect: 'restriction', value, says: 'the restriction is noted' }],
    };
  }
  const ends = onSending.map(({ expiration }) => dateOf(expiration));
  const last = ends.every((end) => end !== undefined) ? new Date(Math.max(...ends.map(Number))) : undefined;
  const stop = { code: ACCOUNT_STOPPED, details: `Told by webhook${why}`, until: last };
  return {
    summary:
      `The account is restricted${why}${last ? `, until ${last.toISOString()}` : ''}. ` +
      'Its messages wait; look at it in Business Support Home.',
    level: 'error',
    states: [sendingState(value, { stop }, 'sending is held')],
  };
}

function untilOf({ expiration }: JsonObject): string | undefined {
  return dateOf(expiration)?.toISOString() ?? wordOf(expiration);
}

/** Bans, restrictions and their end are one aspect: the newest of them says whether the account may send. */
function sendingState(value: Record<string, unknown>, sending: ToldState['sending'], says: string): ToldState {
  return { subject: 'account', aspect: 'sending', value, sending, says };
}

/** `account_alerts` */
export function readAlert(value: JsonObject): AccountReading {
  const alert = objectOf(value.alert_info);
  const [severity, type] = [alert.alert_severity, alert.alert_type].map(wordOf);
  const subject = [value.entity_type, value.entity_id].map(wordOf).filter(Boolean).join(' ');
  return {
    event: type,
    summary:
      `Alert${subject && ` on ${subject}`}${because(severity, type, alert.alert_status, alert.alert_description)}. ` +
      'Look at it in WhatsApp Manager.',
    level: severity === 'CRITICAL' ? 'error' : severity === 'WARNING' ? 'warn' : 'info',
  };
}

/** `account_review_update` */
export function readReview(value: JsonObject): AccountReading {
  const decision = wordOf(value.decision);
  const isRejected = decision === 'REJECTED';
  return {
    event: decision,
    summary: `The review of the account: ${decision ?? 'decided'}. ${isRejected ? 'Appeal in Business Support Home.' : 'Nothing to do.'}`,
    level: isRejected ? 'warn' : 'info',
    states: decision
      ? [{ subject: 'account', aspect: 'review', value: { decision }, says: `its review is ${decision}` }]
      : [],
  };
}

const CAPABILITIES = [
  'max_daily_conversations_per_business',
  'max_daily_conversation_per_phone',
  'max_phone_numbers_per_business',
  'max_phone_numbers_per_waba',
] as const;

/** `business_capability_update`: limits, as texts or numbers; -1 is none. */
export function readCapability(value: JsonObject): AccountReading {
  const limits = told(Object.fromEntries(CAPABILITIES.map((name) => [name, wordOf(value[name])])));
  const named = Object.entries(limits).map(([name, limit]) => `${name} ${String(limit)}`);
  return {
    summary: `Limits of the account: ${named.join(', ') || 'not told'}. Nothing to do.`,
    states: named.length ? [{ subject: 'account', aspect: 'limits', value: limits, says: 'its limits are noted' }] : [],
  };
}
