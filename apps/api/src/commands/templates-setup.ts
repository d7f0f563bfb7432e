import 'reflect-metadata';

import { Logger } from '@nestjs/common';

import { type AppConfig, AppError } from '#common';
import type { Sender } from '#tenants';
import { CloudApiClient, standaloneSubmissions } from '#whatsapp';

import { UsageError } from '../explain-failure.ts';
import { NotificationTemplateService, type SetupReport } from '../templates/setup/notification-template.service.ts';
import { auditedOutside } from './audited.ts';
import { print, readArguments } from './command-line.ts';
import { withDatabase } from './with-database.ts';

const USAGE = `Submits the template of purchase-order notifications to Meta, unless it is there, and says how far it is.
Usage:
  npm run templates:setup
Its name and language are PO_NOTIFICATION_TEMPLATE and PO_NOTIFICATION_LANGUAGE.
Exit codes: 0 it can be sent, or is in review; 2 somebody has to do something, which is said; 1 it could not be found out.`;

/** Beside 1, which is a fault. */
const SOMEBODY_HAS_TO_ACT = 2;

// What the services log is for a server; what there is to say is printed.
Logger.overrideLogger(false);

await withDatabase(async (dataSource, config) => {
  if (readArguments({}, USAGE).positionals.length > 0) throw new UsageError(USAGE);
  const { graphUrl, apiVersion } = config.whatsapp;
  const client = new CloudApiClient({ graphUrl, apiVersion, timeoutMs: config.dispatcher.sendTimeoutMs });
  try {
    const setup = new NotificationTemplateService(config, standaloneSubmissions(dataSource, client));
    const told = { tenantId: null, objectId: config.poEvents.template };
    const setUp = () => setup.setUp(senderOf(config));
    const report = await auditedOutside(dataSource, 'template.set-up', told, setUp).catch((cause: unknown) => {
      throw cause instanceof AppError ? new UsageError(explain(cause, config)) : cause;
    });
    print(headlineOf(report, config), ...report.advice);
    if (report.state === 'act') process.exitCode = SOMEBODY_HAS_TO_ACT;
  } finally {
    await client.close();
  }
});

/** The platform's number, whose account has the template. */
function senderOf({ whatsapp }: AppConfig): Sender {
  const { phoneNumberId, businessAccountId, accessToken, appSecret } = whatsapp;
  return { phoneNumberId, businessAccountId, accessToken, appSecret, appId: null };
}

function headlineOf({ isNew, template }: SetupReport, { poEvents, whatsapp }: AppConfig): string {
  const which = `${poEvents.template} in ${poEvents.language}, account ${whatsapp.businessAccountId}`;
  if (!template) return `Not set up: ${which}.`;
  return isNew ? `Submitted: ${which}.` : `Already there: ${which}.`;
}

function explain({ message, code }: AppError, { whatsapp }: AppConfig): string {
  if (code !== 'whatsapp-unreachable' || !whatsapp.useSimulator) return `${message} (${code})`;
  return `Nothing answers at ${whatsapp.graphUrl}. The simulator runs with Palomar: start that first, with npm start.`;
}
