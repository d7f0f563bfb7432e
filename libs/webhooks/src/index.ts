export { MetaSignature } from './meta-signature.ts';
export { WebhookIntake } from './webhook.intake.ts';
export { WebhooksModule } from './webhooks.module.ts';
