import type { Evidence, Row, Send, TakenStatus, WireRequest } from './evidence.ts';

/** One message as all sides tell it. */
export interface Story {
  reference: string;
  /** A caller asked for it, or an event was published. */
  asked: boolean;
  /** Somebody was told that it is safe: 2xx, or the broker's confirm. */
  promised: boolean;
  /** The ids that callers were given. */
  ids: Set<string>;
  rows: Row[];
  sends: Send[];
  requests: WireRequest[];
  statuses: TakenStatus[];
  /** When an admin had it sent again, knowing that it may be the second time. */
  risksAcceptedAt: number[];
}

/** Joins the ledgers and the rows by reference. What has none is answered apart: nobody can have asked for it. */
export function tell(evidence: Evidence): { stories: Map<string, Story>; strangers: string[] } {
  const stories = new Map<string, Story>();
  const strangers: string[] = [];
  const storyOf = (reference: string | null, what: string): Story | undefined => {
    if (reference === null) {
      strangers.push(what);
      return undefined;
    }
    const story = stories.get(reference) ?? newStory(reference);
    stories.set(reference, story);
    return story;
  };

  readClient(evidence, (reference) => storyOf(reference, '') as Story);
  readPublisher(evidence, (reference) => storyOf(reference, '') as Story);
  for (const line of evidence.admin) {
    if (line.kind !== 'accept-risk' || line.status !== 202) continue;
    (storyOf(line.reference, '') as Story).risksAcceptedAt.push(line.at);
  }
  for (const row of evidence.rows) storyOf(row.reference, `row ${row.id}`)?.rows.push(row);
  for (const send of evidence.sends) storyOf(send.reference, `send ${send.wamid} to ${send.to}`)?.sends.push(send);
  for (const request of evidence.requests) {
    storyOf(request.reference, `request with opaque id ${request.opaque}`)?.requests.push(request);
  }
  addStatuses(evidence, stories);
  return { stories, strangers };
}

function newStory(reference: string): Story {
  return {
    reference,
    asked: false,
    promised: false,
    ids: new Set(),
    rows: [],
    sends: [],
    requests: [],
    statuses: [],
    risksAcceptedAt: [],
  };
}

function readClient({ client }: Evidence, storyOf: (reference: string) => Story): void {
  const referencesOf = new Map<string, string[]>();
  for (const line of client) {
    if (line.kind === 'request') {
      referencesOf.set(line.key, line.references);
      for (const reference of line.references) storyOf(reference).asked = true;
    }
    if (line.kind !== 'answer' || line.status > 299) continue;
    for (const [index, reference] of (referencesOf.get(line.key) ?? []).entries()) {
      const story = storyOf(reference);
      story.promised = true;
      const id = line.ids[index];
      if (id) story.ids.add(id);
    }
  }
}

function readPublisher({ publisher }: Evidence, storyOf: (reference: string) => Story): void {
  for (const line of publisher) {
    const story = storyOf(line.reference);
    story.asked = true;
    if (line.kind === 'confirmed') story.promised = true;
  }
}

function addStatuses({ statuses }: Evidence, stories: Map<string, Story>): void {
  const byWamid = new Map([...stories.values()].flatMap((story) => story.sends.map(({ wamid }) => [wamid, story])));
  // A status of another cycle's message finds no story; that message was judged in its own cycle.
  for (const status of statuses) byWamid.get(status.wamid)?.statuses.push(status);
}
