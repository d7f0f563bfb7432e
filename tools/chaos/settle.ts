import { setTimeout as pause } from 'node:timers/promises';

import { ChaosAdmin } from './admin.ts';
import { check } from './checker.ts';
import type { Evidence } from './evidence.ts';
import { type CycleScope, gatherEvidence } from './gather.ts';
import type { Violation, ViolationKind } from './violation.ts';
import type { World } from './world/world.ts';

const POLL_MS = 250;
/** Nothing more was under way for so long: what is unconfirmed now waits for a person. */
const QUIET_MS = 600;
/** What time does not heal. */
const FOR_GOOD: readonly ViolationKind[] = ['doubled', 'unexpected', 'order'];

export interface Patience {
  /** How long everything may take to come to rest. */
  settlingMs: number;
  /** How long an admin watches before doing something; default: as soon as nothing changes any more. */
  quietMs?: number | undefined;
  /** An admin ends what is held. */
  releaseHolds?: boolean | undefined;
}

export interface Judgement {
  evidence: Evidence;
  violations: Violation[];
  /** Messages that an admin had sent again. */
  retried: number;
  /** Messages that Meta reported on after all. */
  reported: number;
}

/**
 * Watches until every message is where it belongs, or the settling time is over. Does what is left to an admin: has sent
 * again what Meta never took, and lets Meta report on what it took in silence.
 */
export async function settle(world: World, scope: CycleScope, patience: Patience): Promise<Judgement> {
  const { settlingMs, quietMs = QUIET_MS, releaseHolds = false } = patience;
  const admin = new ChaosAdmin(world, scope.ledgers.admin);
  if (releaseHolds) await admin.releaseHolds();
  const done = { retried: 0, reported: 0 };
  let quietSince = Date.now();
  let before = '';
  for (const deadline = Date.now() + settlingMs; ; await pause(POLL_MS)) {
    const busy = (await world.simulator.counts()).under_way > 0;
    const evidence = await gatherEvidence(world, scope);
    const violations = check(evidence);
    if ((violations.length === 0 && !busy) || Date.now() > deadline) return { evidence, violations, ...done };

    const now = JSON.stringify(violations);
    if (busy || now !== before) quietSince = Date.now();
    before = now;
    if (Date.now() - quietSince < quietMs) continue;
    if (violations.some(({ kind }) => FOR_GOOD.includes(kind))) return { evidence, violations, ...done };
    if (violations.some(({ remedy }) => !remedy)) continue;
    for (const { remedy, reference } of violations) {
      if (remedy?.kind === 'retry') {
        await admin.acceptRisk(remedy.messageId, reference as string);
        done.retried += 1;
      }
      if (remedy?.kind === 'report') {
        await admin.report(remedy.wamid, reference as string);
        done.reported += 1;
      }
    }
  }
}
