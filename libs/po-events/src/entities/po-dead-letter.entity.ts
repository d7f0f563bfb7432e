import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** An event that can never succeed as it is, byte for byte, with the reason; `npm run dead-letters` lists and replays it. */
@Entity('po_dead_letters')
@Index('po_dead_letters_received', ['receivedAt'])
export class PoDeadLetter {
  @PrimaryColumn('uuid')
  id: string;

  @Column('bytea')
  body: Buffer;

  @Column('varchar')
  reason: string;

  @Column('text')
  detail: string;

  @Column('varchar')
  routingKey: string;

  @Column('jsonb')
  headers: Record<string, unknown>;

  @Column('timestamptz')
  receivedAt: Date;

  @Column('timestamptz', { nullable: true })
  replayedAt: Date | null;
}
