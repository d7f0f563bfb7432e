import { Injectable } from '@nestjs/common';

/** How often this process sent somebody away at Meta's door; of what was refused nothing is stored. */
@Injectable()
export class WebhookRefusals {
  /** POST without a valid signature. */
  signature = 0;
  /** GET without a valid verify token. */
  verifyToken = 0;
}
