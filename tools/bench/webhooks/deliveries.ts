import { DEFAULT_OPTIONS as SIMULATOR } from '../../../apps/simulator/src/defaults.ts';
import { envelope, serialiseLikeMeta, signatureOf, statusChange } from '../../../apps/simulator/src/webhook-body.ts';
import { DELIVERED_AT, idOf, READ_AT, type Storm, type Update, updatesOf, wamidOf } from './plan.ts';

/** A POST of Meta's. */
export interface Delivery {
  body: Buffer;
  signature: string;
}

const NUMBER = { id: SIMULATOR.phoneNumberId, display_phone_number: SIMULATOR.displayPhoneNumber };

/** Every different body of a storm, as the simulator would write and sign it. */
export function deliveriesOf(storm: Storm): Delivery[] {
  const updates = updatesOf(storm);
  const deliveries: Delivery[] = [];
  for (let first = 0; first < updates.length; first += storm.batch) {
    const changes = updates.slice(first, first + storm.batch).map((update) => changeOf(storm, update));
    const body = serialiseLikeMeta(envelope(SIMULATOR.businessAccountId, changes));
    deliveries.push({ body, signature: signatureOf(body, SIMULATOR.appSecret) });
  }
  return deliveries;
}

function changeOf(storm: Storm, { message, status }: Update) {
  const id = idOf(storm, message);
  const waId = `346${String(message).padStart(7, '0')}3`;
  const entry = {
    wamid: wamidOf(id),
    phoneNumberId: NUMBER.id,
    recipient: { input: `+${waId}`, waId, userId: `ES.${waId}` },
    type: 'template',
    category: 'utility',
    opaque: `${id}/1`,
    rawBody: '',
    text: '',
    acceptedAt: 0,
    statuses: [],
  };
  const at = (status === 'delivered' ? DELIVERED_AT : READ_AT) * 1_000;
  return statusChange(NUMBER, entry, status, { at, contactName: 'Proveedor ABC' });
}
