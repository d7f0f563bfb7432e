import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/**
 * `unknown-message`: a status, an edit or a revocation for a wamid we do not know (yet); joined when it is stored.
 * `sent-elsewhere`: nobody stored it in time, so another tool on the number sent it: settled, and no fault.
 * `unknown-reference`: it names a message of ours that is not in the record.
 * `foreign-number`: it speaks of a number that is not ours.
 * `unknown-kind`: newer than this code.
 * `not-applicable`: it could not be applied.
 */
export const SET_ASIDE_REASONS = [
  'unknown-message',
  'sent-elsewhere',
  'unknown-reference',
  'foreign-number',
  'unknown-kind',
  'not-applicable',
] as const;
export type SetAsideReason = (typeof SET_ASIDE_REASONS)[number];

/** One item of a delivery that was not applied, with its reason; the others of its batch went on. */
@Entity('webhook_set_aside_items')
@Index('webhook_set_aside_items_once', ['deliveryId', 'itemIndex'], { unique: true })
@Index('webhook_set_aside_items_wamid', ['whatsappMessageId'], {
  where: "resolved_at IS NULL AND reason = 'unknown-message'",
})
export class SetAsideItem {
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid')
  deliveryId: string;

  /** Its place among the items of the delivery. */
  @Column('int')
  itemIndex: number;

  @Column('varchar')
  reason: SetAsideReason;

  @Column('text')
  detail: string;

  @Column('varchar', { nullable: true })
  whatsappMessageId: string | null;

  /** JSON text, because `jsonb` refuses some of what Meta may send. */
  @Column('text')
  item: string;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt: Date;

  @Column('timestamptz', { nullable: true })
  resolvedAt: Date | null;
}
