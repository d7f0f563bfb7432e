export { formatAmount } from './amount.ts';
export { PoDeadLetter } from './entities/po-dead-letter.entity.ts';
export { PoEvent, type PoEventOutcome } from './entities/po-event.entity.ts';
export { PoDeadLetterRepository } from './po-dead-letter.repository.ts';
export { PoEventHandler, type PoEventResult } from './po-event.handler.ts';
export { PoEventsModule } from './po-events.module.ts';
export { PoRmqServer } from './transport/po-rmq.server.ts';
export { deadQueueOf } from './transport/rmq-session.ts';
