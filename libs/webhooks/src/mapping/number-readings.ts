import { type JsonObject, phoneOf } from '../json.ts';
import { type AccountReading, because, told, type ToldState, wordOf } from './account-reading.ts';

/** `phone_number_quality_update`: quality, limit and throughput, of which one event may tell several. */
export function readNumberQuality(value: JsonObject): AccountReading {
  const event = wordOf(value.event);
  const phoneNumber = phoneOf(value.display_phone_number);
  const limit = wordOf(value.max_daily_conversations_per_business) ?? wordOf(value.current_limit);
  const states: ToldState[] = [];
  if (phoneNumber) {
    const subject = about(phoneNumber);
    if (event === 'FLAGGED' || event === 'UNFLAGGED') {
      states.push({ subject, aspect: 'quality', value: { quality: event }, says: `its quality is ${event}` });
    }
    if (event === 'THROUGHPUT_UPGRADE') {
      states.push({ subject, aspect: 'throughput', value: { level: 'HIGH' }, says: 'its throughput is HIGH' });
    }
    if (limit !== undefined) {
      const value_ = told({ limit, before: wordOf(value.old_limit) });
      states.push({ subject, aspect: 'messaging_limit', value: value_, says: `its limit is ${limit}` });
    }
  }
  const isWorse = event === 'FLAGGED' || event === 'DOWNGRADE';
  return {
    event,
    phoneNumber,
    summary: `${titleOf(phoneNumber)}: ${event ?? 'a change'}${limit ? `, limit ${limit}` : ''}. ${qualityToDo(event)}`,
    level: isWorse ? 'warn' : 'info',
    states,
  };
}

function qualityToDo(event: string | undefined): string {
  switch (event) {
    case 'FLAGGED':
    case 'DOWNGRADE':
      return 'Look at opt-outs and templates in WhatsApp Manager before Meta lowers the limit further.';
    case 'THROUGHPUT_UPGRADE':
      return 'It may send up to 1,000 messages a second; raise WHATSAPP_MESSAGES_PER_SECOND if that is wanted.';
    default:
      return 'Nothing to do.';
  }
}

/** `phone_number_name_update` */
export function readNumberName(value: JsonObject): AccountReading {
  const phoneNumber = phoneOf(value.display_phone_number);
  const decision = wordOf(value.decision);
  const name = wordOf(value.requested_verified_name);
  const reason = wordOf(value.rejection_reason);
  const isRejected = decision === 'REJECTED';
  const toDo = isRejected ? 'Ask for another display name in WhatsApp Manager.' : 'Nothing to do.';
  return {
    event: decision,
    phoneNumber,
    summary: `${titleOf(phoneNumber)}: the name "${name ?? ''}" is ${decision ?? 'decided on'}${because(reason)}. ${toDo}`,
    level: isRejected ? 'warn' : 'info',
    states:
      phoneNumber && decision
        ? [
            {
              subject: about(phoneNumber),
              aspect: 'name',
              value: told({ decision, name, reason }),
              says: `its name is ${decision}`,
            },
          ]
        : [],
  };
}

/** `business_username_updates` */
export function readUsername(value: JsonObject): AccountReading {
  const phoneNumber = phoneOf(value.display_phone_number);
  const [username, status] = [value.username, value.status].map(wordOf);
  return {
    event: status,
    phoneNumber,
    summary: `${titleOf(phoneNumber)}: the username "${username ?? ''}" is ${status ?? 'changed'}. Nothing to do.`,
    states:
      phoneNumber && status
        ? [
            {
              subject: about(phoneNumber),
              aspect: 'username',
              value: told({ username, status }),
              says: `its username is ${status}`,
            },
          ]
        : [],
  };
}

/** `security`: somebody handles the PIN of two-step verification, with which a number can be taken away. */
export function readSecurity(value: JsonObject): AccountReading {
  const phoneNumber = phoneOf(value.display_phone_number);
  const event = wordOf(value.event);
  const requester = wordOf(value.requester);
  return {
    event,
    phoneNumber,
    summary:
      `${titleOf(phoneNumber)}: ${event ?? 'a security event'}${requester ? ` by ${requester}` : ''}. ` +
      'If nobody of yours did that, change the PIN and look at who has access to the account.',
    level: 'error',
  };
}

function about(phoneNumber: string): string {
  return `number/${phoneNumber}`;
}

function titleOf(phoneNumber: string | undefined): string {
  return phoneNumber ? `Number ${phoneNumber}` : 'A number that is not named';
}
