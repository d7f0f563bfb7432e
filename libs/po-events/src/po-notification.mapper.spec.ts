import 'reflect-metadata';

import { describe, expect, it } from '@jest/globals';

import { anEvent, APPROVED, EVENT_ID, PO_ID, TENANT_ID } from '../../../test/support/po-events.ts';
import { readEvent } from './po-event.reader.ts';
import { toNotification } from './po-notification.mapper.ts';

describe(toNotification.name, () => {
  it('tells the supplier the order and its amount, in the order of the template', () => {
    const notification = toNotification(readEvent(anEvent(), APPROVED), '+34612345678', APPROVED);

    expect(notification).toEqual({
      tenantId: TENANT_ID,
      to: '+34612345678',
      recipientName: 'Proveedor ABC',
      template: { name: 'po_notification' },
      language: 'es',
      parameters: ['Proveedor ABC', 'PO-2024-001', '€1,250.00'],
      notificationId: EVENT_ID,
      metadata: {
        source: 'po-event',
        event_id: EVENT_ID,
        po_id: PO_ID,
        po_number: 'PO-2024-001',
        supplier_id: 'supplier-abc',
      },
    });
  });

  it('leaves out what the event does not have', () => {
    const event = { ...anEvent({ supplier_id: undefined }), event_id: undefined };

    const notification = toNotification(readEvent(event, APPROVED), '+34612345678', APPROVED);

    expect(notification).not.toHaveProperty('notificationId');
    expect(notification.metadata).toEqual({ source: 'po-event', po_id: PO_ID, po_number: 'PO-2024-001' });
  });

  it('uses the configured template and language', () => {
    const key = { key: 'order-in' };

    const notification = toNotification(readEvent(anEvent(), APPROVED), '+1', { template: key, language: 'en_US' });

    expect(notification).toMatchObject({ template: key, language: 'en_US' });
  });
});
