export { replayDeadLetters } from './dead-letter.replay.ts';
export { PoDeadLetter } from './entities/po-dead-letter.entity.ts';
export { PoEvent, type PoEventOutcome } from './entities/po-event.entity.ts';
export { EventTemplateAudit, type EventTemplateFault } from './event-template.audit.ts';
export { type ListedDeadLetter, PoDeadLetterRepository } from './po-dead-letter.repository.ts';
export { PoEventHandler, type PoEventResult } from './po-event.handler.ts';
export { PoEventsModule } from './po-events.module.ts';
export { PermanentEventError } from './transport/dead-letter.ts';
export { PoRmqServer } from './transport/po-rmq.server.ts';
