import { ApiProperty, ApiSchema } from '@nestjs/swagger';

@ApiSchema({ name: 'PricedMessages' })
export class PricedMessages {
  @ApiProperty({ type: String, nullable: true, example: 'utility', description: "Meta's category." })
  category: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'ES', description: "The recipient's; null: not known." })
  country: string | null;
  @ApiProperty({
    type: String,
    nullable: true,
    example: 'regular',
    description: "Meta's word for why it is charged or free.",
  })
  type: string | null;
  @ApiProperty()
  messages: number;
}

@ApiSchema({ name: 'UsedFreeTier' })
export class UsedFreeTier {
  @ApiProperty({ type: String, nullable: true, description: 'Null: all numbers of the account together.' })
  phone_number_id: string | null;
  @ApiProperty()
  used: number;
  @ApiProperty()
  remaining: number;
}

@ApiSchema({ name: 'FreeTier' })
export class FreeTierResponse {
  @ApiProperty({ example: '2026-11', description: 'The month (UTC) in which the time asked for ends.' })
  month: string;
  @ApiProperty({ example: '2026-10-01', description: 'Since when the rule is in force.' })
  since: string;
  @ApiProperty({ enum: ['conversation', 'service_conversation', 'service_message'], nullable: true, type: String })
  unit: string | null;
  @ApiProperty({ type: Number, nullable: true, example: 1000 })
  limit: number | null;
  @ApiProperty({ enum: ['business_account', 'phone_number'], nullable: true, type: String })
  per: string | null;
  @ApiProperty()
  rule: string;
  @ApiProperty({ description: 'Where the rule is known from.' })
  source: string;
  @ApiProperty({ type: [UsedFreeTier] })
  used: UsedFreeTier[];
}

@ApiSchema({ name: 'ConversationCount' })
export class ConversationResponse {
  @ApiProperty({ type: String, nullable: true, example: 'service' })
  type: string | null;
  @ApiProperty()
  count: number;
}

@ApiSchema({ name: 'Usage' })
export class UsageResponse {
  @ApiProperty({ format: 'date-time' })
  from: string;
  @ApiProperty({ format: 'date-time' })
  to: string;
  @ApiProperty({ description: 'Delivered messages that Meta charges.' })
  billable_messages: number;
  @ApiProperty({ description: 'Delivered messages that Meta does not charge.' })
  free_messages: number;
  @ApiProperty({ type: [PricedMessages], description: 'Most messages first.' })
  billable: PricedMessages[];
  @ApiProperty({ type: [PricedMessages], description: 'Most messages first.' })
  free: PricedMessages[];
  @ApiProperty({
    type: [ConversationResponse],
    description: 'Of messages charged by conversation. Since July 2025 Meta charges by message: then there are none.',
  })
  conversations: ConversationResponse[];
  @ApiProperty({ type: FreeTierResponse, nullable: true, description: 'Null before Meta had one.' })
  free_tier: FreeTierResponse | null;
}
