import { describe, expect, it } from '@jest/globals';

import type { EventTemplate } from './app-config.ts';
import { Faults } from './configuration.error.ts';
import { readEventTemplates, unboundTypes } from './event-templates.ts';

const APPROVED: EventTemplate = {
  eventType: 'po.approved',
  template: { name: 'po_notification' },
  language: 'es',
  to: 'data.supplier_phone',
  recipientName: 'data.supplier_name',
  parameters: ['data.supplier_name', 'data.po_number', { amount: 'data.total_amount', currency: 'data.currency' }],
};

function read(value: unknown): { templates: ReadonlyMap<string, EventTemplate>; fault: string } {
  const faults = new Faults();
  const templates = readEventTemplates(
    {
      PO_EVENT_TEMPLATES: typeof value === 'object' ? JSON.stringify(value) : (value as string | undefined),
      PO_NOTIFICATION_TEMPLATE: 'po_notification',
      PO_NOTIFICATION_LANGUAGE: 'es',
    },
    faults,
  );
  try {
    faults.throwIfAny();
  } catch (refusal) {
    return { templates, fault: (refusal as { faults: string[] }).faults.join('\n') };
  }
  return { templates, fault: '' };
}

describe(readEventTemplates.name, () => {
  it('tells of approved orders when nothing is said', () => {
    expect(read(undefined)).toEqual({ templates: new Map([['po.approved', APPROVED]]), fault: '' });
  });

  it('adds kinds of events, and says what may be left out', () => {
    const { templates, fault } = read({
      'po.cancelled': {
        template: 'po_cancelled',
        language: 'en_US',
        to: 'data.contact.phone',
        recipient_name: 'data.supplier_name',
        parameters: ['data.supplier_name', { amount: 'data.total_amount', currency: 'data.currency' }, 'timestamp'],
      },
      'po.late': { template_key: 'po-late', parameters: { days: 'data.days', sku: 'data.lines.0.sku' } },
      'po.seen': { template: 'po_seen' },
    });

    expect(fault).toBe('');
    expect([...templates.values()]).toEqual([
      APPROVED,
      {
        eventType: 'po.cancelled',
        template: { name: 'po_cancelled' },
        language: 'en_US',
        to: 'data.contact.phone',
        recipientName: 'data.supplier_name',
        parameters: ['data.supplier_name', { amount: 'data.total_amount', currency: 'data.currency' }, 'timestamp'],
      },
      expect.objectContaining({
        template: { key: 'po-late' },
        language: 'es',
        to: 'data.supplier_phone',
        recipientName: undefined,
        parameters: { days: 'data.days', sku: 'data.lines.0.sku' },
      }),
      expect.objectContaining({ template: { name: 'po_seen' }, parameters: [] }),
    ]);
  });

  it('changes how an approved order is told, or that it is', () => {
    const changed = read({ 'po.approved': { template: 'order_in', parameters: ['data.po_number'] } });
    const silenced = read({ 'po.approved': null });

    expect(changed.templates.get('po.approved')).toMatchObject({
      template: { name: 'order_in' },
      parameters: ['data.po_number'],
    });
    expect(silenced).toEqual({ templates: new Map(), fault: '' });
  });

  it.each(['not json', '[]', '"po.cancelled"', 'null', '5'])('refuses %s with an example', (value) => {
    expect(read(value).fault).toMatch(/^PO_EVENT_TEMPLATES: must be a JSON object such as \{"po\.cancelled"/);
  });

  it.each<[string, unknown, RegExp]>([
    ['x', { 'po cancelled': {} }, /"po cancelled" must be the type of an event/],
    ['x', { '': {} }, /"" must be the type of an event/],
    ['x', { 'po.*': { template: 'a' } }, /"po\.\*" must be the type/],
    ['po.x', { 'po.x': 'po_x' }, /^PO_EVENT_TEMPLATES: po\.x must be an object such as .*or null$/],
    ['po.x.template', { 'po.x': {} }, /po\.x\.template must be there/],
    ['po.x.template', { 'po.x': { template: 'a', template_key: 'a' } }, /po\.x\.template .*not both/],
    ['po.x.template', { 'po.x': { template: 'Order In' } }, /po\.x\.template must be a template name/],
    ['po.x.template_key', { 'po.x': { template_key: 'Órden' } }, /po\.x\.template_key must be a template key/],
    ['po.x.language', { 'po.x': { template: 'a', language: 'Spanish' } }, /po\.x\.language must be a language/],
    ['po.x.to', { 'po.x': { template: 'a', to: '+34612345678' } }, /po\.x\.to must be the path of a field/],
    ['po.x.recipient_name', { 'po.x': { template: 'a', recipient_name: 7 } }, /po\.x\.recipient_name must be the path/],
    ['po.x.parameters', { 'po.x': { template: 'a', parameters: 'data.a' } }, /po\.x\.parameters must be an array/],
    [
      'po.x.parameters[1]',
      { 'po.x': { template: 'a', parameters: ['data.a', 'data..b'] } },
      /po\.x\.parameters\[1\] must/,
    ],
    [
      'parameters[0].currency',
      { 'po.x': { template: 'a', parameters: [{ amount: 'data.a' }] } },
      /\[0\]\.currency must/,
    ],
    [
      'parameters[0].round',
      { 'po.x': { template: 'a', parameters: [{ amount: 'a', currency: 'b', round: 1 }] } },
      /\.round is not known/,
    ],
    [
      'parameters.Days',
      { 'po.x': { template: 'a', parameters: { Days: 'data.days' } } },
      /parameters\["Days"\] must have a name/,
    ],
    ['po.x.params', { 'po.x': { template: 'a', params: [] } }, /po\.x\.params is not known; known are template, /],
  ])('refuses %s in %j', (_, value, fault) => {
    expect(read(value).fault).toMatch(fault);
  });

  it('names every mistake at once', () => {
    const { fault } = read({
      'po.x': { template: 'A', to: '', parameters: [5] },
      'po.y': { language: 'es' },
    });

    expect(fault.split('; ').map((one) => one.split(' must')[0])).toEqual([
      'PO_EVENT_TEMPLATES: po.x.template',
      'po.x.to',
      'po.x.parameters[0]',
      'po.y.template',
    ]);
  });
});

describe(unboundTypes.name, () => {
  it.each<[string[], string[], string[]]>([
    [['po.approved'], ['po.approved'], []],
    [['po.approved', 'po.cancelled'], ['po.approved'], ['po.cancelled']],
    [['po.approved', 'po.cancelled'], ['po.*'], []],
    [['po.line.late'], ['po.*'], ['po.line.late']],
    [['po.line.late', 'po'], ['po.#'], []],
    [['po.line.late'], ['#.late'], []],
    [['po.line.late'], ['#'], []],
    [['po.line.late'], ['po.*.early', 'po.line'], ['po.line.late']],
  ])('of %j, with %j bound, finds %j', (types, bound, expected) => {
    expect(unboundTypes(types, bound)).toEqual(expected);
  });
});
