import { type BeforeApplicationShutdown, Injectable, Logger, type OnModuleInit } from '@nestjs/common';

import { AppConfig, type EventTemplate } from '#common';
import { TemplateProbe } from '#whatsapp';

/** A kind of event that could not be told as things stand. */
export interface EventTemplateFault {
  eventType: string;
  fault: string;
}

/**
 * Holds the configured templates of events against the registry, after every sync and whenever somebody asks. A fault
 * stops nothing: Meta may still be reviewing the template, and events wait for it.
 */
@Injectable()
export class EventTemplateAudit implements OnModuleInit, BeforeApplicationShutdown {
  private readonly logger = new Logger(EventTemplateAudit.name);
  private told = new Map<string, string>();
  private looking = Promise.resolve();
  private stopping = false;

  constructor(
    private readonly config: AppConfig,
    private readonly probe: TemplateProbe,
  ) {}

  onModuleInit(): void {
    this.probe.afterSync(() => {
      if (!this.stopping) this.looking = this.looking.then(() => this.lookAndTell());
    });
  }

  /** A look that is under way still needs the database. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    await this.looking;
  }

  /** What stands against the templates of events now. */
  async look(): Promise<EventTemplateFault[]> {
    const faults: EventTemplateFault[] = [];
    for (const mapped of this.config.poEvents.templates.values()) {
      const fault = await this.probe.faultOf({ ...mapped, parameters: stand(mapped.parameters) });
      if (fault !== undefined) faults.push({ eventType: mapped.eventType, fault });
    }
    return faults;
  }

  private async lookAndTell(): Promise<void> {
    try {
      this.tell(await this.look());
    } catch (cause) {
      this.logger.warn({ message: 'Templates of events were not looked at', err: cause });
    }
  }

  /** Only what is news: a sync comes every hour, and with every refusal. */
  private tell(faults: EventTemplateFault[]): void {
    for (const { eventType, fault } of faults) {
      if (this.told.get(eventType) === fault) continue;
      this.logger.warn({
        message: `Events of the type ${eventType} wait: their template cannot be sent`,
        eventType,
        fault,
      });
    }
    const [before, now] = [this.told, new Map(faults.map(({ eventType, fault }) => [eventType, fault]))];
    for (const eventType of before.keys()) {
      if (!now.has(eventType)) this.logger.log({ message: 'Events can be told again', eventType });
    }
    this.told = now;
  }
}

/** A value for every parameter. */
function stand(parameters: EventTemplate['parameters']): string[] | Record<string, string> {
  return Array.isArray(parameters)
    ? parameters.map(() => 'x')
    : Object.fromEntries(Object.keys(parameters).map((name) => [name, 'x']));
}
