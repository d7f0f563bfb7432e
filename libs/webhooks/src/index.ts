export { MetaSignature } from './meta-signature.ts';
export { WebhookIntake } from './webhook.intake.ts';
export { WebhookRefusals } from './webhook-refusals.ts';
export { WebhooksModule } from './webhooks.module.ts';
