import 'reflect-metadata';

import { describe, expect, it, jest } from '@jest/globals';

import { type AppConfig, AppError, ValidationError } from '#common';
import type { WhatsAppService } from '#whatsapp';

import { anEvent, eventTemplates } from '../../../test/support/po-events.ts';
import { PoEventHandler } from './po-event.handler.ts';
import type { PoEventRepository } from './po-event.repository.ts';

const TEMPLATES = {
  'po.late': { template_key: 'po-late', to: 'data.contact.phone', parameters: { days: 'data.days' } },
};
const config = { poEvents: { templates: eventTemplates(TEMPLATES) } } as AppConfig;

/** The handler between a facade that answers as told and an inbox that is empty and takes nothing. */
function aHandler(notify: () => Promise<never>): PoEventHandler {
  const whatsapp = { enabled: true, notify } as unknown as WhatsAppService;
  const events = { isKnown: () => Promise.resolve(false) } as unknown as PoEventRepository;
  return new PoEventHandler(config, whatsapp, events);
}

describe(PoEventHandler.name, () => {
  it("names a bad phone by the event's own field", async () => {
    const refusal = new ValidationError([{ field: 'to', message: 'is too short' }], 'recipient-phone-invalid');
    const handler = aHandler(() => Promise.reject(refusal));

    const handled = handler.handle(anEvent({ supplier_phone: '+34' }));

    await expect(handled).rejects.toMatchObject({
      status: 422,
      code: 'recipient-phone-invalid',
      errors: [{ field: 'data.supplier_phone', message: 'is too short' }],
    });
  });

  it.each(['template.name', 'template.language', 'template.parameters'])(
    'does not blame the order for a fault of ours in %s: it may be mended',
    async (field) => {
      const handler = aHandler(() => Promise.reject(new ValidationError([{ field, message: 'is PAUSED' }])));

      const handled = handler.handle(anEvent());

      await expect(handled).rejects.toMatchObject({
        status: 503,
        code: 'po-notification-template-unusable',
        message: `${field}: is PAUSED`,
      });
    },
  );

  it('names a bad phone by the field that the configuration takes it from', async () => {
    const refusal = new ValidationError([{ field: 'to', message: 'is too short' }], 'recipient-phone-invalid');
    const handler = aHandler(() => Promise.reject(refusal));

    const handled = handler.handle({ ...anEvent({ contact: { phone: '+34' }, days: 3 }), event_type: 'po.late' });

    await expect(handled).rejects.toMatchObject({ errors: [{ field: 'data.contact.phone' }] });
  });

  it('refuses an event that does not say what it is, whatever else is right', async () => {
    const handler = aHandler(() => Promise.reject(new Error('not asked')));

    await expect(handler.handle({ ...anEvent(), event_type: undefined })).rejects.toMatchObject({
      code: 'po-event-invalid',
      errors: [{ field: 'event_type', message: 'must be the type of the event, such as po.approved' }],
    });
  });

  it('passes on what is wrong with neither', async () => {
    const away = new AppError(503, 'templates-unavailable', 'Meta cannot be reached.');
    const handler = aHandler(() => Promise.reject(away));

    await expect(handler.handle(anEvent())).rejects.toBe(away);
  });

  it('asks the facade for nothing when the event is not valid', async () => {
    const notify = jest.fn<() => Promise<never>>();
    const handler = aHandler(notify);

    await expect(handler.handle(anEvent({ total_amount: -5 }))).rejects.toMatchObject({ code: 'po-event-invalid' });
    expect(notify).not.toHaveBeenCalled();
  });
});
