// What our server answers about money, for the tests.

import type { Schemas } from '@/api/client'

export const CHANNEL = '0190b3c4-0000-7000-8000-00000000c001'

export function balance(told: Partial<Schemas['Balance']> = {}): Schemas['Balance'] {
  return {
    state: 'open',
    state_reason: null,
    currency: 'USD',
    balance: 25_000_000,
    held: 500_000,
    reserved: [],
    overdraft_limit: 0,
    available: 24_500_000,
    owed: 0,
    per_day: 2_000_000,
    days_left: 12.2,
    runs_out_at: '2026-12-04T18:00:00Z',
    alerts: { thresholds: [10_000_000] },
    told: [],
    caps: [{ scope: 'portal', scope_id: '', period: 'month', begins: '2026-11-01', soft: 20_000_000, hard: 40_000_000, spent: 21_000_000 }],
    recharge: null,
    ...told,
  }
}

export function line(told: Partial<Schemas['StatementLine']> = {}): Schemas['StatementLine'] {
  return {
    at: '2026-11-22T18:00:00Z',
    reason: 'messages',
    amount: -40_000,
    balance: 24_960_000,
    currency: 'USD',
    key: 'charge:1:2',
    transfer_id: '0190b3c4-0000-7000-8000-00000000d001',
    message_id: '0190b3c4-0000-7000-8000-00000000e001',
    channel_id: CHANNEL,
    category: 'service',
    country: 'MX',
    detail: { reason: null, plan: null, channel_id: null, period_no: null },
    ...told,
  }
}

export function difference(told: Partial<Schemas['Difference']> = {}): Schemas['Difference'] {
  return {
    difference_id: 'a',
    kind: 'billed_by_us_only',
    at: '2026-11-22T18:00:00Z',
    message_id: '0190b3c4-0000-7000-8000-00000000e001',
    channel_id: CHANNEL,
    said: { billable: false, category: 'service', country: 'MX', model: 'PMP', type: 'regular' },
    charged: { state: 'captured', price: 40_000, currency: 'USD', category: 'service', country: 'MX' },
    found_at: '2026-11-22T18:10:00Z',
    ...told,
  }
}

export function differences(told: Partial<Schemas['Differences']> = {}): Schemas['Differences'] {
  return { said: 1, compared: 1, waiting: 0, kinds: {}, items: [], next: null, ...told }
}

export function subscription(told: Partial<Schemas['Subscription']> = {}): Schemas['Subscription'] {
  return {
    channel_id: CHANNEL,
    name: 'Ventas',
    phone: '5215550001111',
    plan: 'basic',
    version: 1,
    names: { es: 'Básico', en: 'Basic', pt: 'Básico' },
    price: 10_000_000,
    currency: 'USD',
    every: 'month',
    features: { send: true, templates: true, broadcast: false },
    state: 'active',
    state_reason: null,
    next_action: 'none',
    who_acts: 'nobody',
    period_starts_at: '2026-11-22T18:00:00Z',
    period_ends_at: '2026-12-22T18:00:00Z',
    trial_ends_at: null,
    renews_at: '2026-12-22T18:00:00Z',
    grace_until: null,
    cancels_at_end: false,
    next_plan: null,
    included_messages: 100,
    included_used: 25,
    may: ['cancel', 'change', 'pause'],
    ...told,
  }
}

export const PLANS: Schemas['Plan'][] = [
  {
    code: 'basic',
    version: 1,
    names: { es: 'Básico', en: 'Basic', pt: 'Básico' },
    price: 10_000_000,
    currency: 'USD',
    every: 'month',
    included_messages: 100,
    included_categories: ['service'],
    features: { send: true, templates: true, broadcast: false },
    trial_days: 14,
    grace_days: 5,
    is_default: true,
  },
  {
    code: 'pro',
    version: 2,
    names: { es: 'Profesional', en: 'Professional', pt: 'Profissional' },
    price: 30_000_000,
    currency: 'USD',
    every: 'month',
    included_messages: 1000,
    included_categories: ['service'],
    features: { send: true, templates: true, broadcast: true },
    trial_days: 14,
    grace_days: 5,
    is_default: false,
  },
]
