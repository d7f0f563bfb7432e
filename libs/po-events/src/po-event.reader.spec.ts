import 'reflect-metadata';

import { describe, expect, it } from '@jest/globals';

import { AppError, PLATFORM_TENANT_ID } from '#common';

import { anEvent, APPROVED, EVENT_ID, eventTemplates, PO_ID, TENANT_ID } from '../../../test/support/po-events.ts';
import { readEvent, readHead } from './po-event.reader.ts';

/** The fields a refusal names, with its sentences. */
function faultsOf(event: object): Record<string, string> {
  try {
    readEvent(event, APPROVED);
  } catch (refusal) {
    expect(refusal).toMatchObject({ status: 422, code: 'po-event-invalid' });
    return Object.fromEntries((refusal as AppError).errors?.map(({ field, message }) => [field, message]) ?? []);
  }
  return {};
}

describe(readEvent.name, () => {
  it('takes the event as procurement publishes it', () => {
    const { envelope, content } = readEvent(anEvent(), APPROVED);

    expect(envelope.data).toMatchObject({ tenant_id: TENANT_ID, po_id: PO_ID });
    expect(content).toEqual({
      to: '+34612345678',
      recipientName: 'Proveedor ABC',
      parameters: ['Proveedor ABC', 'PO-2024-001', '€1,250.00'],
    });
  });

  it('leaves fields it does not know to the publisher', () => {
    const event = { ...anEvent({ lines: [{ sku: 'A-1' }] }), trace_id: 'abc' };

    expect(faultsOf(event)).toEqual({});
  });

  it.each([undefined, null, 7, 'a', {}, { prototype: {} }])(
    'takes a field called constructor for data: %j',
    (given) => {
      expect(faultsOf({ ...anEvent({ lines: [{ constructor: given }] }), trace: { constructor: given } })).toEqual({});
      expect(faultsOf(anEvent({ supplier_id: { constructor: given } }))).toHaveProperty(['data.supplier_id']);
    },
  );

  it.each([
    ['data.tenant_id', { tenant_id: 'acme' }, 'must be a UUID'],
    ['data.tenant_id', { tenant_id: undefined }, 'must be a UUID'],
    ['data.po_id', { po_id: '12345' }, 'must be a UUID'],
    ['data.po_number', { po_number: undefined }, 'must be a string'],
    ['data.po_number', { po_number: 2024001 }, 'must be a string'],
    ['data.po_number', { po_number: ' \n ' }, 'should not be empty'],
    ['data.po_number', { po_number: 'P'.repeat(101) }, 'must be shorter than or equal to 100 characters'],
    ['data.supplier_id', { supplier_id: 7 }, 'must be a string'],
    ['data.supplier_name', { supplier_name: undefined }, 'must be a string'],
    ['data.supplier_name', { supplier_name: ' \t ' }, 'should not be empty'],
    ['data.supplier_name', { supplier_name: 'n'.repeat(256) }, 'must be shorter than or equal to 255 characters'],
    ['data.supplier_phone', { supplier_phone: 34612345678 }, 'must be a string'],
    ['data.currency', { currency: 'EURO' }, 'must be an ISO 4217 currency code such as EUR'],
    ['data.currency', { currency: undefined }, 'must be an ISO 4217 currency code such as EUR'],
  ])('names %s of %p', (field, wrong, message) => {
    expect(faultsOf(anEvent(wrong))).toEqual({ [field]: message });
  });

  it.each([-1, '1,250.00', '1e5', null, undefined, 9_007_199_254_740_992])(
    'refuses the amount %p and says how to write one',
    (amount) => {
      const faults = faultsOf(anEvent({ total_amount: amount }));

      expect(faults).toEqual({
        'data.total_amount': expect.stringMatching(/such as 1250\.5.*always a string above 8/),
      });
    },
  );

  it.each([
    ['event_id', 'not-a-uuid', 'must be a UUID'],
    ['event_id', '', 'must be a UUID'],
    ['event_type', undefined, 'must be the type of the event, such as po.approved'],
    ['event_type', '', 'must be the type of the event, such as po.approved'],
    ['service_name', 5, 'must be a string'],
    ['timestamp', 1_700_000_000, 'must be a string'],
  ])('names %s when it is %p', (field, value, message) => {
    expect(faultsOf({ ...anEvent(), [field]: value })).toEqual({ [field]: message });
  });

  it.each([undefined, null, 'text', 5, [], [anEvent().data]])('refuses %p where data belongs', (data) => {
    expect(Object.keys(faultsOf({ ...anEvent(), data }))).toContain('data');
  });

  it('names every bad field at once', () => {
    const event = { ...anEvent({ total_amount: -1, currency: '?', tenant_id: 1 }), event_id: 'x' };

    expect(Object.keys(faultsOf(event)).sort()).toEqual([
      'data.currency',
      'data.tenant_id',
      'data.total_amount',
      'event_id',
    ]);
  });

  it('refuses an event whose redelivery could not be told', () => {
    const event = { ...anEvent({ po_id: undefined }), event_id: undefined };

    expect(faultsOf(event)).toEqual({ event_id: expect.stringContaining('required when data.po_id is missing') });
  });

  it('takes any spelling of a UUID that PostgreSQL takes', () => {
    const event = anEvent({ tenant_id: '11111111-1111-1111-1111-111111111111', po_id: PO_ID.toUpperCase() });

    expect(faultsOf(event)).toEqual({});
  });

  it('puts names on one line, takes a blank phone for none and writes the currency in capitals', () => {
    const data = {
      supplier_name: ' Proveedor\n\tABC  S.L. ',
      po_number: 'PO\u00a01',
      supplier_phone: '  ',
      currency: 'eur',
    };

    const { content } = readEvent(anEvent(data), APPROVED);

    expect(content).toEqual({
      to: undefined,
      recipientName: 'Proveedor ABC S.L.',
      parameters: ['Proveedor ABC S.L.', 'PO 1', '€1,250.00'],
    });
  });

  it('marks characters that PostgreSQL cannot store instead of failing on them', () => {
    const { content } = readEvent(anEvent({ supplier_name: 'A\u0000B\ud800' }), APPROVED);

    expect(content.recipientName).toBe('A\ufffdB\ufffd');
  });

  it('does not let a key named __proto__ stand in for a field', () => {
    const text = JSON.stringify(anEvent({ supplier_phone: undefined })).replace(
      '"po_number"',
      '"__proto__":{"supplier_phone":"+34600000000"},"po_number"',
    );

    const { content } = readEvent(JSON.parse(text) as object, APPROVED);

    expect(content.to).toBeUndefined();
  });
});

describe('the fields that a template names', () => {
  const read = (template: object, data: Record<string, unknown>) => {
    const mapped = eventTemplates({ 'po.late': { template: 'po_late', ...template } }).get('po.late')!;
    return readEvent({ ...anEvent(data), event_type: 'po.late' }, mapped).content;
  };
  const faults = (template: object, data: Record<string, unknown>) => {
    try {
      read(template, data);
    } catch (refusal) {
      return (refusal as AppError).errors;
    }
    return [];
  };

  it('are found however deep, numbers too', () => {
    const template = {
      to: 'data.contact.phone',
      recipient_name: 'data.contact.name',
      parameters: { days: 'data.days', sku: 'data.lines.1.sku', at: 'timestamp' },
    };
    const data = { contact: { phone: '+34600000000', name: 'Ana' }, days: 0, lines: [{}, { sku: 'A-1' }] };

    expect(read(template, data)).toEqual({
      to: '+34600000000',
      recipientName: 'Ana',
      parameters: { days: '0', sku: 'A-1', at: '2026-11-21T09:00:00.000Z' },
    });
  });

  it('are all that is needed', () => {
    const nothing = { supplier_name: undefined, po_number: undefined, total_amount: undefined, currency: undefined };

    expect(read({ parameters: [] }, nothing)).toMatchObject({ parameters: [] });
  });

  it('are refused once each, all at the same time', () => {
    const parameters = ['data.days', 'data.days', { amount: 'data.fee', currency: 'data.currency' }, 'data.gone.far'];

    const refused = faults({ parameters, recipient_name: 'data.who' }, { days: true, fee: '1,5', currency: 'EURO' });

    expect(refused?.map(({ field }) => field)).toEqual([
      'data.days',
      'data.fee',
      'data.currency',
      'data.gone.far',
      'data.who',
    ]);
  });

  it.each([['x'.repeat(256)], [' '], [null], [{}], [['a']]])('are not %j', (days) => {
    expect(faults({ parameters: ['data.days'] }, { days })).toMatchObject([{ field: 'data.days' }]);
  });

  it('are not what every object has', () => {
    expect(faults({ parameters: ['data.constructor.name'] }, {})).toMatchObject([{ field: 'data.constructor.name' }]);
  });
});

describe(readHead.name, () => {
  it('identifies an event by its id, however the id is written', () => {
    const [lower, upper] = [readHead(anEvent()), readHead({ ...anEvent(), event_id: EVENT_ID.toUpperCase() })];

    expect(lower).toMatchObject({ identity: `event:${EVENT_ID}`, tenantId: TENANT_ID });
    expect(upper.identity).toBe(lower.identity);
  });

  it('identifies an event without id by its type and its purchase order', () => {
    const event = { ...anEvent(), event_id: undefined };

    expect(readHead(event).identity).toBe(`po.approved:${PO_ID}`);
  });

  it('identifies what has neither by its content', () => {
    const [one, same, other] = [{ event_type: 'po.ping' }, { event_type: 'po.ping' }, { event_type: 'po.ping', n: 1 }];

    expect(readHead(one).identity).toMatch(/^body:[0-9a-f]{64}$/);
    expect(readHead(same).identity).toBe(readHead(one).identity);
    expect(readHead(other).identity).not.toBe(readHead(one).identity);
  });

  it.each([{}, { data: null }, { data: 'text' }, { data: [] }, { event_id: 5, event_type: {}, data: { po_id: [] } }])(
    'reads what it can of %p',
    (event) => {
      expect(readHead(event)).toMatchObject({ eventType: '', eventId: null, tenantId: PLATFORM_TENANT_ID, poId: null });
    },
  );
});
