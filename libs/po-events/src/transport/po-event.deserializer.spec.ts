import { describe, expect, it } from '@jest/globals';

import { anEvent } from '../../../../test/support/po-events.ts';
import { PermanentEventError } from './dead-letter.ts';
import { readEvent } from './po-event.deserializer.ts';

const bytes = (value: unknown): Buffer => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));

function reasonFor(body: Buffer): string | undefined {
  try {
    readEvent(body);
    return undefined;
  } catch (refusal) {
    expect(refusal).toBeInstanceOf(PermanentEventError);
    expect((refusal as PermanentEventError).detail).toMatch(/^The .+\.$/);
    return (refusal as PermanentEventError).reason;
  }
}

describe(readEvent.name, () => {
  it('reads plain JSON, whose own data member is no wrapping', () => {
    expect(readEvent(bytes(anEvent()))).toEqual(anEvent());
  });

  it("reads the event out of Nest's wrapping", () => {
    expect(readEvent(bytes({ pattern: 'po.approved', data: anEvent() }))).toEqual(anEvent());
  });

  it("reads the event out of a request of Nest's, which has an id", () => {
    expect(readEvent(bytes({ pattern: 'po.approved', id: 'request-1', data: anEvent() }))).toEqual(anEvent());
  });

  it.each([{ id: 'request-1' }, { pattern: 'monthly' }])(
    'takes %p beside the type for a field of the event',
    (extra) => {
      const event = { ...extra, ...anEvent() };

      expect(readEvent(bytes(event))).toEqual(event);
    },
  );

  it.each([
    ['body-empty', Buffer.alloc(0)],
    ['body-too-large', Buffer.alloc(5 * 1024 * 1024, ' ')],
    ['body-too-large', bytes(JSON.stringify({ note: 'x'.repeat(256 * 1024) }))],
    ['not-utf8', Buffer.concat([bytes('{"event_type":"'), Buffer.from([0xc3, 0x28]), bytes('"}')])],
    ['not-utf8', Buffer.from('{"name":"Peña"}', 'latin1')],
    ['too-deep', bytes('{"data":' + '['.repeat(50_000) + ']'.repeat(50_000) + '}')],
    ['too-deep', bytes('{"a":'.repeat(33) + '1' + '}'.repeat(33))],
    ['not-json', bytes('PO approved')],
    ['not-json', bytes('<event/>')],
    ['not-json', bytes('{"event_type":"po.approved"')],
    ['wrong-shape', bytes([anEvent()])],
    ['wrong-shape', bytes('"po.approved"')],
    ['wrong-shape', bytes('null')],
    ['wrong-shape', bytes('5')],
  ])('refuses as %s what is no event (%#)', (reason, body) => {
    expect(reasonFor(body)).toBe(reason);
  });

  it('takes 32 levels of nesting, and brackets inside strings count as none', () => {
    expect(reasonFor(bytes('{"a":'.repeat(32) + '1' + '}'.repeat(32)))).toBeUndefined();
    expect(reasonFor(bytes({ note: '[{'.repeat(1_000) }))).toBeUndefined();
  });
});
