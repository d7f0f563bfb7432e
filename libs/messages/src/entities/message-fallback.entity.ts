import { Column, CreateDateColumn, Entity, PrimaryColumn } from 'typeorm';

/** The template that goes instead of a free-form message whose 24-hour window Meta finds closed (131047). */
@Entity('message_fallbacks')
export class MessageFallback {
  @PrimaryColumn('uuid')
  messageId: string;

  @Column('varchar')
  templateName: string;

  @Column('varchar')
  templateLanguage: string;

  @Column('jsonb', { nullable: true })
  templateParameters: unknown;

  /** Meta's message object. */
  @Column('jsonb')
  content: Record<string, unknown>;

  @CreateDateColumn({ type: 'timestamptz' })
  createdAt: Date;
}
