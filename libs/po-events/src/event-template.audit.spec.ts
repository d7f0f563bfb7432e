import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';

import type { AppConfig } from '#common';
import type { ProbedTemplate, TemplateProbe } from '#whatsapp';

import { strict } from '../../../test/factories/strict.ts';
import { eventually } from '../../../test/support/eventually.ts';
import { eventTemplates } from '../../../test/support/po-events.ts';
import { EventTemplateAudit } from './event-template.audit.ts';

Logger.overrideLogger(false);

const NAMED = { template_key: 'po-late', language: 'en', parameters: { days: 'data.days', who: 'data.supplier_name' } };

describe(EventTemplateAudit.name, () => {
  let faults: Map<string, string>;
  let probed: ProbedTemplate[];
  let synced: () => void;
  let warned: string[];
  let audit: EventTemplateAudit;

  beforeEach(() => {
    [faults, probed, warned] = [new Map(), [], []];
    const config = { poEvents: { templates: eventTemplates({ 'po.late': NAMED }) } } as AppConfig;
    const probe = strict<TemplateProbe>({
      afterSync: (look) => void (synced = look),
      faultOf: (one) => {
        probed.push(one);
        return Promise.resolve(faults.get(one.language));
      },
    });
    jest.spyOn(Logger.prototype, 'warn').mockImplementation(({ eventType, fault }: Record<string, string>) => {
      warned.push(`${eventType}: ${fault}`);
    });
    audit = new EventTemplateAudit(config, probe);
    audit.onModuleInit();
  });

  /** A sync, and the look that follows it. */
  const sync = async () => {
    const before = probed.length;
    synced();
    await eventually(() => expect(probed).toHaveLength(before + 2));
    await new Promise(setImmediate);
  };

  it('asks of each kind of event whether its template takes as many parameters as it is fed', async () => {
    expect(await audit.look()).toEqual([]);

    expect(probed).toMatchObject([
      { template: { name: 'po_notification' }, language: 'es', parameters: ['x', 'x', 'x'] },
      { template: { key: 'po-late' }, language: 'en', parameters: { days: 'x', who: 'x' } },
    ]);
  });

  it('warns once of each fault, and again when it is another one', async () => {
    faults.set('en', 'is PENDING');
    await sync();
    await sync();
    faults.set('en', 'is REJECTED');
    await sync();

    expect(warned).toEqual(['po.late: is PENDING', 'po.late: is REJECTED']);
    expect(await audit.look()).toEqual([{ eventType: 'po.late', fault: 'is REJECTED' }]);
  });

  it('ends its look before the application does, and begins no other', async () => {
    synced();
    await audit.beforeApplicationShutdown();
    synced();
    await audit.beforeApplicationShutdown();

    expect(probed).toHaveLength(2);
  });

  it('warns again of what was mended in between', async () => {
    faults.set('en', 'is PAUSED');
    await sync();
    faults.clear();
    await sync();
    faults.set('en', 'is PAUSED');
    await sync();

    expect(warned).toHaveLength(2);
  });
});
