import { describe, expect, it } from 'vitest'
import { subscription } from './billing-for-tests'
import { includedIn, nextOf, planName } from './subscription'

describe('what comes next for a subscription', () => {
  it.each([
    [{}, 'renews', '2026-12-22T18:00:00Z'],
    [{ price: 0 }, 'renewsFree', '2026-12-22T18:00:00Z'],
    [{ cancels_at_end: true, renews_at: null }, 'ends', '2026-12-22T18:00:00Z'],
    [{ state: 'trialing', trial_ends_at: '2026-12-01T18:00:00Z' }, 'trial', '2026-12-01T18:00:00Z'],
    [{ state: 'grace', grace_until: '2026-12-27T18:00:00Z' }, 'grace', '2026-12-27T18:00:00Z'],
    [{ state: 'suspended' }, 'suspended', null],
    [{ state: 'paused' }, 'paused', null],
    [{ state: 'cancelled' }, 'cancelled', null],
  ] as const)('%o: %s at %s', (told, key, at) => {
    expect(nextOf(subscription(told))).toEqual({ key, at })
  })
})

describe('a plan', () => {
  it('is called by its name in the person\'s language, by its code where it has none', () => {
    expect(planName({ names: { es: 'Básico', pt: 'Básica' } }, 'pt', 'basic')).toBe('Básica')
    expect(planName({ names: { es: 'Básico' } }, 'en', 'basic')).toBe('Básico')
    expect(planName({ names: {} }, 'en', 'basic')).toBe('basic')
  })

  it('includes what its features say', () => {
    expect(includedIn({ features: { send: true, api: false, robots: true } })).toEqual(['send', 'robots'])
  })
})
