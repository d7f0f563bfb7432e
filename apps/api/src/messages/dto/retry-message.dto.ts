import { ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { IsBoolean, IsOptional } from 'class-validator';

@ApiSchema({ name: 'RetryMessage' })
export class RetryMessageDto {
  @ApiPropertyOptional({
    default: false,
    description: 'An `unconfirmed` message may have been taken already: true sends it again all the same.',
  })
  @IsOptional()
  @IsBoolean({ message: 'must be true or false' })
  accept_duplicate_risk?: boolean;
}
