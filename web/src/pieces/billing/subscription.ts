// A channel's subscription: what its card says and which questions it may ask.

import type { Schemas } from '@/api/client'

export type Subscription = Schemas['Subscription']
export type Plan = Schemas['Plan']
export type Step = Subscription['may'][number]
/** What is asked about before it is done. */
export type SubscriptionQuestion = 'change' | 'cancel' | 'pause' | 'restart'

/** A plan's name in a language; its code where it has none. */
export function planName({ names }: Pick<Plan, 'names'>, language: string, code: string): string {
  return names[language] ?? names.es ?? code
}

/** Which sentence says what comes next: `billing.sub.next.…`, with the instant that it names. */
export function nextOf(subscription: Subscription): { key: string; at: string | null } {
  const { state, cancels_at_end, period_ends_at, renews_at, trial_ends_at, grace_until, price } = subscription
  if (cancels_at_end) return { key: 'ends', at: period_ends_at }
  if (state === 'trialing') return { key: price === 0 ? 'trialFree' : 'trial', at: trial_ends_at ?? period_ends_at }
  if (state === 'grace') return { key: 'grace', at: grace_until ?? period_ends_at }
  if (state === 'active') return { key: price === 0 ? 'renewsFree' : 'renews', at: renews_at ?? period_ends_at }
  return { key: state, at: null }
}

/** The names of what a plan includes, in the plan's order. */
export function includedIn({ features }: Pick<Plan, 'features'>): string[] {
  return Object.entries(features).flatMap(([feature, isIncluded]) => (isIncluded ? [feature] : []))
}
