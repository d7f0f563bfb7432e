import { ApiProperty, ApiSchema } from '@nestjs/swagger';

import {
  type ArchivedDelivery,
  DELIVERY_STATES,
  type DeliveryState,
  SET_ASIDE_REASONS,
  type SetAsideItem,
  type SetAsideReason,
} from '#messages';

@ApiSchema({ name: 'WebhookDelivery' })
export class WebhookDeliveryResponse {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty({ format: 'date-time' }) received_at: string;
  @ApiProperty({
    format: 'uuid',
    type: String,
    nullable: true,
    description: 'The app that signed it; null: that of the environment.',
  })
  app_id: string | null;
  @ApiProperty({ description: 'Size of the body.' }) bytes: number;
  @ApiProperty({ enum: DELIVERY_STATES }) state: DeliveryState;
  @ApiProperty({ description: 'How often applying it failed.' }) failed_attempts: number;
  @ApiProperty({ type: String, nullable: true }) last_error: string | null;
  @ApiProperty({ description: 'Items that could not be applied.' }) set_aside_count: number;
}

@ApiSchema({ name: 'SetAsideItem' })
export class SetAsideItemResponse {
  @ApiProperty({ description: 'Its place in the delivery, from 0.' }) index: number;
  @ApiProperty({ enum: SET_ASIDE_REASONS }) reason: SetAsideReason;
  @ApiProperty() detail: string;
  @ApiProperty({ type: String, nullable: true }) whatsapp_message_id: string | null;
  @ApiProperty({ description: 'The item in an envelope of its own, as JSON text.' }) item: string;
}

@ApiSchema({ name: 'WebhookDeliveryDetails' })
export class WebhookDeliveryDetailsResponse extends WebhookDeliveryResponse {
  @ApiProperty({ description: 'As Meta sent it, byte for byte.' }) body: string;
  @ApiProperty({ type: [SetAsideItemResponse] }) set_aside: SetAsideItemResponse[];
}

export function toDeliveryResponse(delivery: ArchivedDelivery): WebhookDeliveryResponse {
  return {
    id: delivery.id,
    received_at: delivery.receivedAt.toISOString(),
    app_id: delivery.appId,
    bytes: delivery.bytes,
    state: delivery.state,
    failed_attempts: delivery.attempts,
    last_error: delivery.lastError,
    set_aside_count: delivery.setAside,
  };
}

export function toSetAsideResponse(item: SetAsideItem): SetAsideItemResponse {
  return {
    index: item.itemIndex,
    reason: item.reason,
    detail: item.detail,
    whatsapp_message_id: item.whatsappMessageId,
    item: item.item,
  };
}
