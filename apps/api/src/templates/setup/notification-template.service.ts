import { Injectable } from '@nestjs/common';

import { AppConfig } from '#common';
import type { WhatsAppTemplate } from '#messages';
import type { Sender } from '#tenants';
import { readNewTemplate, TemplateSubmissionsService } from '#whatsapp';

import { baseOf, type NewTemplateText, notificationText, WRITTEN_LANGUAGES } from './notification-text.ts';
import { type Verdict, verdictOn } from './template-verdict.ts';

/** What became of it, for an operator. */
export interface SetupReport extends Verdict {
  /** It was submitted just now. */
  isNew: boolean;
  /** Undefined when there is none in the language that is configured. */
  template: WhatsAppTemplate | undefined;
}

/** Sees to it that the template of purchase-order notifications (`PO_NOTIFICATION_TEMPLATE`) is there; may be run again and again. */
@Injectable()
export class NotificationTemplateService {
  constructor(
    private readonly config: AppConfig,
    private readonly submissions: TemplateSubmissionsService,
  ) {}

  /**
   * Submits the template if Meta has none of that name and language, and says what to wait for, or to do.
   * @throws AppError when Meta cannot be asked, or refuses it
   */
  async setUp(sender: Sender): Promise<SetupReport> {
    const { template: name, language } = this.config.poEvents;
    await this.submissions.sync(sender);
    const languages = await this.submissions.known(sender, name);
    const present = languages.find((one) => one.language === language);
    if (present) return { isNew: false, template: present, ...verdictOn(present) };

    const sibling = languages.find((one) => baseOf(one.language) === baseOf(language));
    if (sibling) return missing(inAnotherLanguage(sibling, language));
    const words = notificationText(language);
    if (!words) return missing(notWritten(name, language));
    const created = await this.submit(sender, words);
    return { isNew: true, template: created, ...verdictOn(created) };
  }

  private async submit(sender: Sender, { text, examples }: NewTemplateText): Promise<WhatsAppTemplate> {
    const { template: name, language } = this.config.poEvents;
    const { value, errors } = readNewTemplate({
      name,
      language,
      category: 'UTILITY',
      components: [{ type: 'BODY', text, examples }],
    });
    // The names come from the configuration, which was checked.
    if (!value) throw new Error(`The text of the notification is not valid: ${JSON.stringify(errors)}`);
    return this.submissions.create(sender, value);
  }
}

function missing(advice: string[]): SetupReport {
  return { isNew: false, template: undefined, state: 'act', advice };
}

function inAnotherLanguage({ templateName, language: has, status }: WhatsAppTemplate, wanted: string): string[] {
  return [
    `Template ${templateName} is there in ${has} (${status}), not in ${wanted}; Meta takes the two for different languages.`,
    `Set PO_NOTIFICATION_LANGUAGE=${has} to use it, or submit it in ${wanted} with POST /api/v1/whatsapp/templates.`,
  ];
}

function notWritten(name: string, language: string): string[] {
  const known = WRITTEN_LANGUAGES.join(' and ');
  return [
    `There is no template ${name} in ${language}, and Palomar has its text in ${known} only.`,
    'Submit yours with POST /api/v1/whatsapp/templates: category UTILITY, one BODY with {{1}} supplier, {{2}} order number, {{3}} amount.',
  ];
}
