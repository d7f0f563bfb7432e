import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';

/** In Meta's words, with whatever else Meta tells. */
@ApiSchema({ name: 'LibraryTemplate' })
export class LibraryTemplateResponse {
  @ApiProperty() id: string;
  @ApiProperty({ example: 'delivery_update_1' }) name: string;
  @ApiProperty({ example: 'es' }) language: string;
  @ApiPropertyOptional({ example: 'UTILITY' }) category?: string;
  @ApiPropertyOptional({ example: 'ORDER_MANAGEMENT' }) topic?: string;
  @ApiPropertyOptional({ example: 'DELIVERY_UPDATE' }) usecase?: string;
  @ApiPropertyOptional({ type: [String], example: ['E_COMMERCE'] }) industry?: string[];
  @ApiPropertyOptional() header?: string;
  @ApiPropertyOptional() body?: string;
  @ApiPropertyOptional({ type: [String] }) body_params?: string[];
  @ApiPropertyOptional({ type: [String] }) body_param_types?: string[];
  @ApiPropertyOptional({ type: [Object] }) buttons?: object[];
}
