import 'reflect-metadata';

import { describe, expect, it } from '@jest/globals';

import { anEvent, EVENT_ID, PO_ID, TENANT_ID } from '../../../test/support/po-events.ts';
import { readApproved } from './po-event.reader.ts';
import { toNotification } from './po-notification.mapper.ts';

const config = { template: 'po_notification', language: 'es' };

describe(toNotification.name, () => {
  it('tells the supplier the order and its amount, in the order of the template', () => {
    const notification = toNotification(readApproved(anEvent()), '+34612345678', config);

    expect(notification).toEqual({
      tenantId: TENANT_ID,
      to: '+34612345678',
      recipientName: 'Proveedor ABC',
      template: 'po_notification',
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

    const notification = toNotification(readApproved(event), '+34612345678', config);

    expect(notification).not.toHaveProperty('notificationId');
    expect(notification.metadata).toEqual({ source: 'po-event', po_id: PO_ID, po_number: 'PO-2024-001' });
  });

  it('uses the configured template and language', () => {
    const notification = toNotification(readApproved(anEvent()), '+1', { template: 'order_in', language: 'en_US' });

    expect(notification).toMatchObject({ template: 'order_in', language: 'en_US' });
  });
});
