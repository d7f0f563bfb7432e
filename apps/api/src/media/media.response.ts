import { ApiProperty, ApiSchema } from '@nestjs/swagger';

import { type KnownUpload, type Media, MEDIA_STATES, type MediaState } from '#media';

@ApiSchema({ name: 'Media' })
export class MediaResponse {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty({ format: 'uuid' }) tenant_id: string;
  @ApiProperty({ enum: ['inbound', 'outbound'] }) direction: string;
  @ApiProperty({ enum: ['image', 'audio', 'video', 'document', 'sticker'] }) type: string;
  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'The inbound message that brought it.' })
  message_id: string | null;
  @ApiProperty({ enum: MEDIA_STATES }) state: MediaState;
  @ApiProperty({ type: String, nullable: true, description: 'Why it is not stored, or what is wrong with it.' })
  reason: string | null;
  @ApiProperty({ example: 'image/jpeg' }) mime_type: string;
  @ApiProperty({ type: Number, nullable: true, description: 'Bytes.' }) size: number | null;
  @ApiProperty({ type: String, nullable: true, description: 'Hex.' }) sha256: string | null;
  @ApiProperty({ type: String, nullable: true }) file_name: string | null;
  @ApiProperty() attempts: number;
  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'Inbound: until when Meta has it.' })
  expires_at: string | null;
  @ApiProperty({ format: 'date-time' }) created_at: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) stored_at: string | null;
}

@ApiSchema({ name: 'UploadedMedia' })
export class UploadedMediaResponse {
  @ApiProperty({ format: 'uuid', description: 'What a message names: `"image": {"id": "…"}`.' }) id: string;
  @ApiProperty() whatsapp_media_id: string;
  @ApiProperty({ example: 'image/jpeg' }) mime_type: string;
  @ApiProperty({ description: 'Bytes.' }) size: number;
  @ApiProperty({ description: 'Hex.' }) sha256: string;
  @ApiProperty({ format: 'date-time', description: "Until when Meta's id is used; after it, ours still is." })
  expires_at: string;
}

/** Field by field, so that a new column never leaks. */
export function toMediaResponse(media: Media): MediaResponse {
  return {
    id: media.id,
    tenant_id: media.tenantId,
    direction: media.direction,
    type: media.kind,
    message_id: media.messageId,
    state: media.state,
    reason: media.reason,
    mime_type: media.mimeType,
    size: media.size,
    sha256: media.sha256,
    file_name: media.fileName,
    attempts: media.attempts,
    expires_at: media.expiresAt?.toISOString() ?? null,
    created_at: media.createdAt.toISOString(),
    stored_at: media.storedAt?.toISOString() ?? null,
  };
}

export function toUploadedResponse(media: Media, { whatsappMediaId, expiresAt }: KnownUpload): UploadedMediaResponse {
  return {
    id: media.id,
    whatsapp_media_id: whatsappMediaId,
    mime_type: media.mimeType,
    size: media.size!,
    sha256: media.sha256!,
    expires_at: expiresAt.toISOString(),
  };
}
