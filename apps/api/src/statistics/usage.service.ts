import { Injectable } from '@nestjs/common';

import { Clock } from '#common';
import {
  type ConversationCount,
  DeliveryStatisticsView,
  type PricedCount,
  type Span,
  type StatisticsFilter,
} from '#messages';
import { type Caller, tenantAskedFor } from '#tenants';
import { type FreeTier, freeTierAt, isCharged } from '#whatsapp';

import type { UsageDto } from './dto/statistics.dto.ts';
import type { FreeTierResponse, PricedMessages, UsageResponse, UsedFreeTier } from './dto/usage.response.ts';
import { toTimes } from './statistics.service.ts';
import { countedSpan, readMonth, startOfMonth } from './statistics-span.ts';

interface Used {
  priced: PricedCount[];
  conversations: ConversationCount[];
}

/** What Meta charges, and what it leaves free. */
@Injectable()
export class UsageService {
  constructor(
    private readonly view: DeliveryStatisticsView,
    private readonly clock: Clock,
  ) {}

  async usage(caller: Caller, query: UsageDto): Promise<UsageResponse> {
    const now = this.clock.now();
    const span = readMonth(query, now);
    const filter = { tenantId: tenantAskedFor(caller, query.tenant_id) };
    const used = await this.used(filter, countedSpan(span, now));
    const charged = used.priced.filter(({ pricing }) => isCharged(pricing));
    const free = used.priced.filter(({ pricing }) => !isCharged(pricing));
    return {
      ...toTimes(span),
      billable_messages: sum(charged),
      free_messages: sum(free),
      billable: toPricedMessages(charged),
      free: toPricedMessages(free),
      conversations: used.conversations,
      free_tier: await this.freeTier(filter, span, now),
    };
  }

  /** Of the month in which the span ends. */
  private async freeTier(filter: StatisticsFilter, { to }: Span, now: Date): Promise<FreeTierResponse | null> {
    const last = new Date(to.getTime() - 1);
    const tier = freeTierAt(last);
    if (!tier) return null;
    const month = startOfMonth(last);
    const used = await this.used(filter, countedSpan({ from: month, to }, now));
    return { ...tier, month: month.toISOString().slice(0, 7), used: usedOf(tier, used) };
  }

  private async used(filter: StatisticsFilter, span: Span): Promise<Used> {
    const priced = await this.view.priced(filter, span);
    // Timelines are read only where messages were charged by conversation.
    const byConversation = priced.some(({ pricing }) => pricing.model === 'CBP');
    return { priced, conversations: byConversation ? await this.view.conversations(filter, span) : [] };
  }
}

function usedOf({ unit, limit }: FreeTier, { priced, conversations }: Used): UsedFreeTier[] {
  if (unit === null || limit === null) return [];
  const toUsed = (phoneNumberId: string | null, used: number) => ({
    ...{ phone_number_id: phoneNumberId, used, remaining: Math.max(0, limit - used) },
  });
  if (unit !== 'service_message') {
    return [toUsed(null, sum(conversations.filter(({ type }) => unit === 'conversation' || type === 'service')))];
  }
  const numbers = [...new Set(priced.map(({ phoneNumberId }) => phoneNumberId))];
  const service = priced.filter(({ pricing }) => pricing.category === 'service');
  return numbers.map((number) => toUsed(number, sum(service.filter(({ phoneNumberId }) => phoneNumberId === number))));
}

function toPricedMessages(priced: PricedCount[]): PricedMessages[] {
  const groups = new Map<string, PricedMessages>();
  for (const { pricing, count } of priced) {
    const { category = null, country = null, type = null } = pricing;
    const key = JSON.stringify([category, country, type]);
    const group = groups.get(key) ?? { category, country, type, messages: 0 };
    groups.set(key, { ...group, messages: group.messages + count });
  }
  return [...groups.values()].sort((a, b) => b.messages - a.messages);
}

function sum(counts: { count: number }[]): number {
  return counts.reduce((total, { count }) => total + count, 0);
}
