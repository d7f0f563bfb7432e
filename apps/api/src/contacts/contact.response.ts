import { ApiProperty, ApiSchema } from '@nestjs/swagger';

import { type ContactAddress, hasLeft, type KnownContact } from '#messages';

@ApiSchema({ name: 'ContactAddress' })
export class ContactAddressResponse {
  @ApiProperty({ example: '+34612345678' }) address: string;
  @ApiProperty({ enum: ['phone', 'wa_id', 'user_id'] }) kind: string;
  @ApiProperty({ description: 'False: the person changed from it to another one.' }) current: boolean;
}

@ApiSchema({ name: 'Contact' })
export class ContactResponse {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty({ format: 'uuid' }) tenant_id: string;
  @ApiProperty({ type: String, nullable: true, example: '+34612345678' }) phone: string | null;
  @ApiProperty({ type: String, nullable: true, description: "WhatsApp's id; may differ from the phone." })
  wa_id: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'Business-scoped user id.' }) user_id: string | null;
  @ApiProperty({ type: String, nullable: true }) parent_user_id: string | null;
  @ApiProperty({ type: String, nullable: true }) username: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'As the person calls themselves.' }) name: string | null;
  @ApiProperty({ enum: ['stopped', 'resumed'], nullable: true, description: 'Null: they never said anything.' })
  marketing: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) marketing_since: string | null;
  @ApiProperty({ type: String, nullable: true, description: '`user_preferences`, `131050`, or the word they wrote.' })
  marketing_source: string | null;
  @ApiProperty({ type: [ContactAddressResponse], description: 'Their messages have one of these as address.' })
  addresses: ContactAddressResponse[];
  @ApiProperty({ format: 'date-time' }) created_at: string;
  @ApiProperty({ format: 'date-time' }) updated_at: string;
}

/** Field by field, so that a new column never leaks. */
export function toContactResponse(contact: KnownContact, addresses: ContactAddress[]): ContactResponse {
  return {
    id: contact.id,
    tenant_id: contact.tenantId,
    phone: contact.phone,
    wa_id: contact.waId,
    user_id: contact.userId,
    parent_user_id: contact.parentUserId,
    username: contact.username,
    name: contact.profileName,
    marketing: contact.marketing,
    marketing_since: contact.marketingSince?.toISOString() ?? null,
    marketing_source: contact.marketingSource,
    addresses: addresses
      .filter(({ contactId }) => contactId === contact.id)
      .map((row) => ({ address: row.address, kind: row.kind, current: !hasLeft(row) })),
    created_at: contact.createdAt.toISOString(),
    updated_at: contact.updatedAt.toISOString(),
  };
}
