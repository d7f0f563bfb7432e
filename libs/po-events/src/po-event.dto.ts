import { Transform, Type } from 'class-transformer';
import {
  IsDefined,
  IsISO4217CurrencyCode,
  IsNotEmpty,
  IsOptional,
  IsString,
  IsUUID,
  MaxLength,
  ValidateNested,
} from 'class-validator';

import { IsAmount } from './amount.ts';

/** Blank stands for absent: procurement systems write `""` for a supplier without a phone. */
const blankIsAbsent = ({ value }: { value: unknown }): unknown =>
  typeof value === 'string' && value.trim() === '' ? undefined : value;
const upperCase = ({ value }: { value: unknown }): unknown => (typeof value === 'string' ? value.toUpperCase() : value);

export class PoApprovedData {
  @IsUUID()
  tenant_id: string;

  @IsOptional()
  @IsUUID()
  po_id?: string;

  @IsString()
  @IsNotEmpty()
  @MaxLength(100)
  po_number: string;

  @IsOptional()
  @IsString()
  supplier_id?: string;

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
  @IsUUID()
  event_id?: string;

  @IsString()
  event_type: string;

  @IsOptional()
  @IsString()
  service_name?: string;

  @IsOptional()
  @IsString()
  timestamp?: string;

  @IsDefined()
  @ValidateNested()
  @Type(() => PoApprovedData)
  data: PoApprovedData;
}
