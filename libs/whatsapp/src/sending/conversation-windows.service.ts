import { Injectable } from '@nestjs/common';

import { type FieldError, ValidationError } from '#common';
import { ContactRepository, ConversationRepository, type ConversationWindow, type Fallback } from '#messages';
import type { Sender } from '#tenants';

import { bodyParameters, isKeyed, type MessageContent, readContent } from '../payloads/index.ts';
import { TemplateCatalogueService } from '../templates/template-catalogue.service.ts';
import type { SendRequest } from './send-request.ts';

/** What leaves: the message itself, or its template at once; and what goes if Meta finds the window closed. */
export interface Departure {
  content: MessageContent;
  fallback?: Fallback;
}

/** The 24 hours after somebody wrote, outside of which Meta takes templates only. */
@Injectable()
export class ConversationWindowsService {
  constructor(
    private readonly conversations: ConversationRepository,
    private readonly contacts: ContactRepository,
    private readonly templates: TemplateCatalogueService,
  ) {}

  /** What is wrong with the fallback of a request, and what it would send. */
  readFallback({ message, fallback }: SendRequest): { content?: MessageContent; errors: FieldError[] } {
    if (fallback === undefined) return { errors: [] };
    if (message.type === 'template') {
      return {
        errors: [{ field: 'fallback', message: 'is for free-form messages; a template needs none, leave it out' }],
      };
    }
    const { content, errors } = readContent({ ...fallback, type: 'template' });
    return {
      ...(content && { content }),
      errors: errors.map(({ field, message: text }) => ({ field: `fallback.${field}`, message: text })),
    };
  }

  /**
   * Decides about a free-form message by what is known of the window. One that is known to be closed is not tried; where
   * nobody can know, Meta decides.
   * @throws ValidationError 422 `conversation-window-closed`, and what is wrong with the fallback's template
   */
  async decide(
    sender: Sender,
    contactKey: string,
    content: MessageContent,
    request: SendRequest,
    given: MessageContent | undefined,
  ): Promise<Departure> {
    const fallback = given && (await this.checkTemplate(sender, request, given));
    const addresses = await this.addressesOf(request.tenantId, contactKey);
    const window = await this.conversations.windowOf(sender.phoneNumberId, addresses);
    if (window.state === 'open') return { content };
    if (window.state === 'closed') {
      if (fallback) return { content: fallback };
      throw closed(window);
    }
    return { content, ...(fallback && { fallback: toFallback(fallback) }) };
  }

  /** Whoever is written to by phone may have answered under a user id, or under the number they had before. */
  private async addressesOf(tenantId: string, contactKey: string): Promise<string[]> {
    const contact = (await this.contacts.findByAddresses(tenantId, [contactKey])).get(contactKey);
    const known = contact ? await this.contacts.findAddresses([contact.id]) : [];
    return [...new Set([contactKey, ...known.map(({ address }) => address)])];
  }

  /** The template under Meta's name, once it is found good. */
  private async checkTemplate(
    sender: Sender,
    { tenantId, fallback }: SendRequest,
    content: MessageContent,
  ): Promise<MessageContent> {
    try {
      const named = isKeyed(content) ? await this.templates.resolve(tenantId, sender, content) : content;
      await this.templates.check(sender, fallback!, named);
      return named;
    } catch (cause) {
      if (!(cause instanceof ValidationError)) throw cause;
      const errors = (cause.errors ?? []).map(({ field, message }) => ({ field: `fallback.${field}`, message }));
      throw new ValidationError(errors, cause.code);
    }
  }
}

function closed({ openUntil }: ConversationWindow): ValidationError {
  const since = openUntil
    ? `the 24 hours after this person last wrote ended at ${openUntil.toISOString()}`
    : 'this person has not written within 24 hours';
  const message = `${since}, and outside of them WhatsApp takes templates only: send a template, or give one as fallback`;
  return new ValidationError([{ field: 'type', message }], 'conversation-window-closed');
}

function toFallback(content: MessageContent): Fallback {
  const { name, language } = content.template as { name: string; language: { code: string } };
  return {
    templateName: name,
    templateLanguage: language.code,
    templateParameters: bodyParameters(content).values,
    content,
  };
}
