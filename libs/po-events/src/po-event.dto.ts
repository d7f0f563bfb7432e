import { Type } from 'class-transformer';
import { IsDefined, IsNotEmpty, IsObject, IsOptional, IsString, ValidateBy, ValidateNested } from 'class-validator';

import { isUuid } from '#common';

/** Any UUID that PostgreSQL takes: publishers make theirs in many ways. */
function IsUuid(): PropertyDecorator {
  return ValidateBy({ name: 'isUuid', validator: { validate: isUuid, defaultMessage: () => 'must be a UUID' } });
}

const NO_TYPE = { message: 'must be the type of the event, such as po.approved' };

export class PoEventData {
  @IsUuid()
  tenant_id: string;

  @IsOptional()
  @IsUuid()
  po_id?: string;

  @IsOptional()
  @IsString()
  supplier_id?: string;

  /** Checked where the template names it. */
  po_number?: unknown;
}

/**
 * What every event has, whatever it tells, as the procurement service publishes it. Which of the other fields it needs is
 * said by the configuration; fields we do not know are the publisher's business.
 */
export class PoEventEnvelope {
  @IsOptional()
  @IsUuid()
  event_id?: string;

  @IsNotEmpty(NO_TYPE)
  @IsString(NO_TYPE)
  event_type: string;

  @IsOptional()
  @IsString()
  service_name?: string;

  @IsOptional()
  @IsString()
  timestamp?: string;

  // Not an array: the validation of what is nested would look at each item, and pass an empty one.
  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => PoEventData)
  data: PoEventData;
}
