import type { SimulatorOptions } from './defaults.ts';

/** A sending number as `GET /{phone_number_id}` shows it. */
export interface PhoneNumber {
  id: string;
  display_phone_number: string;
  [field: string]: unknown;
}

/** The WhatsApp Business Account, its numbers and the app's subscription to its webhooks. */
export class Account {
  readonly numbers = new Map<string, PhoneNumber>();
  /** Without a subscription Meta delivers nothing. */
  subscribed = true;
  /** Callback of this account alone; wins over the app's. */
  overrideCallbackUri: string | undefined;

  constructor(readonly options: SimulatorOptions) {
    this.reset();
  }

  get id(): string {
    return this.options.businessAccountId;
  }

  reset(): void {
    const { phoneNumberId, displayPhoneNumber } = this.options;
    this.numbers.clear();
    this.subscribed = true;
    this.overrideCallbackUri = undefined;
    this.setNumber(phoneNumberId, { display_phone_number: displayPhoneNumber });
  }

  /** Adds a number, or changes fields of one. */
  setNumber(id: string, fields: Record<string, unknown>): PhoneNumber {
    const number: PhoneNumber = {
      display_phone_number: '+1 555-078-0000',
      verified_name: 'Palomar Demo',
      quality_rating: 'GREEN',
      status: 'CONNECTED',
      name_status: 'APPROVED',
      code_verification_status: 'VERIFIED',
      platform_type: 'CLOUD_API',
      account_mode: 'LIVE',
      is_official_business_account: false,
      is_pin_enabled: true,
      throughput: { level: 'STANDARD' },
      whatsapp_business_manager_messaging_limit: 'TIER_2K',
      health_status: { can_send_message: 'AVAILABLE', entities: [] },
      ...this.numbers.get(id),
      ...fields,
      id,
    };
    this.numbers.set(id, number);
    return number;
  }
}

/** `+1 555-078-3881` as webhooks show it: digits only. */
export function digitsOf(displayPhoneNumber: string): string {
  return displayPhoneNumber.replace(/\D/g, '');
}
