import type { Random } from '../random.ts';

/** One message that will be asked for. */
export interface Planned {
  /** Carried in its text, by which all ledgers know it. */
  reference: string;
  to: string;
  priority: 'high' | 'normal' | 'low';
  template: boolean;
}

/** One request, or one event. */
export interface Submission {
  /** Without an Idempotency-Key (`once`) it is asked for one time only, whatever the answer. */
  via: 'single' | 'once' | 'bulk' | 'po-event';
  messages: Planned[];
  /** After the one before it in its lane was answered. */
  pauseMs: number;
}

/** What one caller asks for, one thing after the other. */
export type Lane = Submission[];

export interface LoadSize {
  singles: number;
  bulks: number;
  poEvents: number;
}

const CALLERS = 10;
const PUBLISHERS = 3;
const LARGEST_BULK = 12;
const LONGEST_PAUSE_MS = 350;
/** Of the messages of one caller go to the same person as the one before. */
const TO_THE_SAME = 0.3;
const WITHOUT_KEY = 0.3;
const BY_TEMPLATE = 0.3;

export const USUAL_SIZE: LoadSize = { singles: 60, bulks: 2, poEvents: 20 };

export interface PlanOptions {
  size: LoadSize;
  cycle: number;
  /** A number that nobody wrote to before. Who gets templates and who gets texts are told apart by its last digit. */
  nextPerson: (lastDigit: number) => string;
}

const LAST_DIGIT = { text: 3, template: 7 };
/** End of the numbers of people who get templates. */
export const TEMPLATE_ENDING = String(LAST_DIGIT.template);

/** Who asks for what, and when. */
export function planLoad(random: Random, { size, cycle, nextPerson }: PlanOptions): Lane[] {
  let count = 0;
  const message = ({ to, template = random.chance(BY_TEMPLATE) }: Partial<Planned> = {}): Planned => ({
    reference: `chaos-${cycle}-${++count}`,
    to: to ?? nextPerson(template ? LAST_DIGIT.template : LAST_DIGIT.text),
    priority: random.pick(['high', 'normal', 'normal', 'normal', 'low']),
    template,
  });
  const submission = (via: Submission['via'], messages: Planned[]): Submission => ({
    via,
    messages,
    pauseMs: random.between(0, LONGEST_PAUSE_MS),
  });

  const callers = Array.from({ length: CALLERS }, (): Lane => []);
  for (let index = 0; index < size.singles; index++) {
    const lane = callers[index % CALLERS] as Lane;
    const before = random.chance(TO_THE_SAME) ? lane.at(-1)?.messages[0] : undefined;
    lane.push(submission(random.chance(WITHOUT_KEY) ? 'once' : 'single', [message(likeThat(before))]));
  }
  for (let index = 0; index < size.bulks; index++) {
    const first = message();
    const others = Array.from({ length: random.between(1, LARGEST_BULK - 1) }, () =>
      message(random.chance(TO_THE_SAME) ? likeThat(first) : {}),
    );
    const lane = random.pick(callers);
    lane.splice(random.between(0, lane.length), 0, submission('bulk', [first, ...others]));
  }
  const publishers = Array.from({ length: PUBLISHERS }, (): Lane => []);
  for (let index = 0; index < size.poEvents; index++) {
    (publishers[index % PUBLISHERS] as Lane).push(submission('po-event', [message({ template: true })]));
  }
  return [...callers, ...publishers];
}

/** To the same person. */
function likeThat(message: Planned | undefined): Partial<Planned> {
  return message ? { to: message.to, template: message.template } : {};
}
