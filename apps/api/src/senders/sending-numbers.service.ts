import { Injectable } from '@nestjs/common';

import { NotFoundError, ValidationError } from '#common';
import { SenderDirectory, SenderRepository, type SendingNumber } from '#tenants';

import { type ChangeSendingNumberDto, META_ID, type PutSendingNumberDto } from './dto/sending-number.dto.ts';
import { SenderCheck } from './sender-check.service.ts';

type Stored = Omit<SendingNumber, 'accessTokenSetAt' | 'createdAt' | 'updatedAt'>;

/** What the routes under `/sending-numbers` do. Other replicas know of it two seconds later. */
@Injectable()
export class SendingNumbersService {
  constructor(
    private readonly repository: SenderRepository,
    private readonly senders: SenderDirectory,
    private readonly check: SenderCheck,
  ) {}

  /** Newest first. */
  async list(tenantId: string | undefined): Promise<SendingNumber[]> {
    const numbers = (await this.repository.listNumbers()).toReversed();
    return tenantId === undefined ? numbers : numbers.filter((number) => number.tenantId === tenantId.toLowerCase());
  }

  /** @throws NotFoundError */
  async find(phoneNumberId: string): Promise<SendingNumber> {
    const number = META_ID.test(phoneNumberId) ? await this.repository.findNumber(phoneNumberId) : null;
    if (!number) throw new NotFoundError('sending number', phoneNumberId);
    return number;
  }

  /** @throws ValidationError 422, also for what Meta refuses; AppError 503 when Meta cannot be asked */
  async put(phoneNumberId: string, dto: PutSendingNumberDto, verify: boolean): Promise<SendingNumber> {
    const { app_id: appId = null, api_version: apiVersion = null, messages_per_second: messagesPerSecond = null } = dto;
    const { business_account_id: businessAccountId, access_token: accessToken } = dto;
    const tenantId = dto.tenant_id.toLowerCase();
    return this.store(
      { phoneNumberId, tenantId, businessAccountId, appId, accessToken, apiVersion, messagesPerSecond },
      verify,
    );
  }

  /** What is left out stays. @throws as `put`; NotFoundError */
  async change(phoneNumberId: string, dto: ChangeSendingNumberDto, verify: boolean): Promise<SendingNumber> {
    const present = await this.find(phoneNumberId);
    return this.put(
      phoneNumberId,
      {
        tenant_id: dto.tenant_id ?? present.tenantId,
        business_account_id: dto.business_account_id ?? present.businessAccountId,
        access_token: dto.access_token ?? present.accessToken,
        app_id: dto.app_id === undefined ? present.appId : dto.app_id,
        api_version: dto.api_version === undefined ? present.apiVersion : dto.api_version,
        messages_per_second:
          dto.messages_per_second === undefined ? present.messagesPerSecond : dto.messages_per_second,
      },
      verify,
    );
  }

  /** @throws NotFoundError */
  async remove(phoneNumberId: string): Promise<void> {
    await this.find(phoneNumberId);
    await this.repository.removeNumber(phoneNumberId);
    await this.senders.reload();
  }

  private async store(number: Stored, verify: boolean): Promise<SendingNumber> {
    await this.assertPossible(number);
    if (verify) await this.check.assertUsable(number);
    const stored = await this.repository.putNumber(number);
    await this.senders.reload();
    return stored;
  }

  private async assertPossible({ phoneNumberId, appId }: Stored): Promise<void> {
    const errors = [];
    if (!META_ID.test(phoneNumberId)) {
      errors.push({
        field: 'phone_number_id',
        message: "must be Meta's id of the number, digits such as 106540352242922",
      });
    } else if (this.senders.forTenant(null).phoneNumberId === phoneNumberId) {
      errors.push({
        field: 'phone_number_id',
        message: 'is the number of the environment (WHATSAPP_PHONE_NUMBER_ID), which every tenant shares',
      });
    }
    if (appId !== null && !(await this.repository.findApp(appId))) {
      errors.push({ field: 'app_id', message: 'there is no such app; make it with POST /api/v1/meta-apps first' });
    }
    if (errors.length > 0) throw new ValidationError(errors);
  }
}
