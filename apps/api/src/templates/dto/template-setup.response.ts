import { ApiProperty, ApiSchema } from '@nestjs/swagger';

import { TemplateResponse } from './template.response.ts';

@ApiSchema({ name: 'TemplateSetup' })
export class TemplateSetupResponse {
  @ApiProperty({ enum: ['ready', 'in-review', 'act'], description: '`act`: somebody has to do what `advice` says.' })
  state: string;
  @ApiProperty({ description: 'It was submitted just now.' }) is_new: boolean;
  @ApiProperty({ type: TemplateResponse, nullable: true }) template: TemplateResponse | null;
  @ApiProperty({ type: [String], description: 'What is, what to wait for, what to do.' }) advice: string[];
}
