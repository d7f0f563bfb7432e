import { Column, CreateDateColumn, Entity, Index, PrimaryColumn, UpdateDateColumn } from 'typeorm';

/** What a person said about marketing messages; one who never said anything has none. */
export type MarketingChoice = 'stopped' | 'resumed';

/** A person that a tenant talks to. The id is ours and stays; all else is an attribute that may change or be missing. */
@Entity('contacts')
@Index('contacts_tenant', ['tenantId', 'id'])
export class KnownContact {
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid')
  tenantId: string;

  /** E.164: what is dialled. */
  @Column('varchar', { nullable: true })
  phone: string | null;

  /** Digits, as WhatsApp has it; differs from the phone in Brazil, Mexico and Argentina. */
  @Column('varchar', { nullable: true })
  waId: string | null;

  /** Business-scoped user id. */
  @Column('varchar', { nullable: true })
  userId: string | null;

  @Column('varchar', { nullable: true })
  parentUserId: string | null;

  @Column('varchar', { nullable: true })
  username: string | null;

  /** As the person calls themselves. */
  @Column('text', { nullable: true })
  profileName: string | null;

  @Column('varchar', { nullable: true })
  marketing: MarketingChoice | null;

  @Column('timestamptz', { nullable: true })
  marketingSince: Date | null;

  /** `user_preferences`, `131050`, or the word that was written. */
  @Column('varchar', { nullable: true })
  marketingSource: string | null;

  /** The time of the latest news that the attributes are from: older news fills only what is missing. */
  @Column('timestamptz')
  seenAt: Date;

  /** Two that turned out to be one person: the one that stays. */
  @Column('uuid', { nullable: true })
  mergedInto: string | null;

  @CreateDateColumn({ type: 'timestamptz' })
  createdAt: Date;

  @UpdateDateColumn({ type: 'timestamptz' })
  updatedAt: Date;
}

export type AddressKind = 'phone' | 'wa_id' | 'user_id';

/** Where a contact is or was reached. In the form of `contact_key`, so that it leads to the messages. */
@Entity('contact_addresses')
@Index('contact_addresses_contact', ['contactId'])
export class ContactAddress {
  /** `+` and digits, or a user id. First, because whose answer an inbound message is is asked before its tenant is known. */
  @PrimaryColumn('varchar')
  address: string;

  @PrimaryColumn('uuid')
  tenantId: string;

  @Column('varchar')
  kind: AddressKind;

  @Column('uuid')
  contactId: string;

  /** The latest news that it is theirs. */
  @Column('timestamptz')
  seenAt: Date;

  /** They told that they changed to another one. It is theirs again when it is seen later than this. */
  @Column('timestamptz', { nullable: true })
  leftAt: Date | null;
}
