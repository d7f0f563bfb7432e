import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** Messages that Meta took of one template, not yet summed up in its `sent_count`. */
@Entity('template_uses')
export class TemplateUse {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  id: string;

  @Column('varchar')
  phoneNumberId: string;

  @Column('varchar')
  templateName: string;

  @Column('varchar')
  templateLanguage: string;

  @Column('int')
  sent: number;

  @Column('timestamptz', { default: () => 'now()' })
  lastAt: Date;
}
