import { Transform, Type } from 'class-transformer';
import {
  Equals,
  IsDefined,
  IsISO4217CurrencyCode,
  IsNotEmpty,
  IsObject,
  IsOptional,
  IsString,
  MaxLength,
  ValidateBy,
  ValidateNested,
} from 'class-validator';

import { isUuid } from '#common';

import { IsAmount } from './amount.ts';

export const PO_APPROVED = 'po.approved';

/** Any UUID that PostgreSQL takes: publishers make theirs in many ways. */
function IsUuid(): PropertyDecorator {
  return ValidateBy({ name: 'isUuid', validator: { validate: isUuid, defaultMessage: () => 'must be a UUID' } });
}

type Transformed = { value: unknown };

/** Blank stands for absent: procurement systems write `""` for a supplier without a phone. */
const blankIsAbsent = ({ value }: Transformed): unknown =>
  typeof value === 'string' && value.trim() === '' ? undefined : value;
/** Meta refuses parameters with line breaks, tabs or long runs of blanks; in a name they carry no meaning. */
const oneLine = ({ value }: Transformed): unknown =>
  typeof value === 'string' ? value.replace(/\s+/g, ' ').trim() : value;
const upperCase = ({ value }: Transformed): unknown => (typeof value === 'string' ? value.toUpperCase() : value);

export class PoApprovedData {
  @IsUuid()
  tenant_id: string;

  @IsOptional()
  @IsUuid()
  po_id?: string;

  @Transform(oneLine)
  @IsString()
  @IsNotEmpty()
  @MaxLength(100)
  po_number: string;

  @IsOptional()
  @IsString()
  supplier_id?: string;

  @Transform(oneLine)
  @IsString()
  @IsNotEmpty()
  @MaxLength(255)
  supplier_name: string;

  /** Checked where every recipient is; without one the event is skipped. */
  @Transform(blankIsAbsent)
  @IsOptional()
  @IsString()
  supplier_phone?: string;

  /** A JSON number, or a decimal string where cents beyond 2^53 matter. */
  @IsAmount()
  total_amount: number | string;

  @Transform(upperCase)
  @IsISO4217CurrencyCode({ message: 'must be an ISO 4217 currency code such as EUR' })
  currency: string;
}

/** An approved purchase order, as the procurement service publishes it. Fields we do not know are the publisher's business. */
export class PoApprovedEvent {
  @IsOptional()
  @IsUuid()
  event_id?: string;

  @Equals(PO_APPROVED, { message: `must be the type of the event, such as ${PO_APPROVED}` })
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
  @Type(() => PoApprovedData)
  data: PoApprovedData;
}
