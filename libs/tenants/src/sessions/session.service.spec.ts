import { describe, expect, it } from '@jest/globals';

import type { PersonSession, SessionRepository } from './session.repository.ts';
import { SessionService } from './session.service.ts';

const NOW = new Date('2026-11-26T09:00:00Z');
const LATER = new Date('2026-11-26T19:00:00Z');
const session = {
  id: 'a session',
  lastUsedAt: NOW,
  expiresAt: LATER,
  person: { disabledAt: null },
} as unknown as PersonSession;

describe(SessionService.name, () => {
  it('still knows whom it is looking up while another session ends', async () => {
    let answer: (found: PersonSession) => void = () => undefined;
    const findByHash = () => new Promise<PersonSession>((resolve) => (answer = resolve));
    const sessions = { findByHash, endByHash: () => Promise.resolve() } as unknown as SessionRepository;
    const service = new SessionService(sessions, { now: () => NOW });

    const identified = service.identify('a token');
    await service.endByToken('another token');
    answer(session);

    await expect(identified).resolves.toBe(session);
  });
});
