import { describe, expect, it } from 'vitest'
import { formOf, linesOf, orderOf, type PlanVersion } from './plans'

export const PLAN: PlanVersion = {
  plan_id: '019aa000-0000-7000-8000-000000000001', code: 'pro', version: 2, names: { es: 'Profesional', en: 'Professional', pt: 'Profissional' },
  price: 19_900_000, currency: 'USD', every: 'month', included_messages: 100, included_categories: ['service'],
  features: { send: true, templates: true, broadcast: false, robots: true, api: true }, trial_days: 14, grace_days: 5, tariff: 'default',
  is_default: false, is_offered: true, withdrawn_at: null, created_by: 'Eva Ruiz', created_at: '2026-11-22T12:00:00Z', channels: 3,
}

describe('plans', () => {
  it('stand by their code, the newest version first, those on offer first', () => {
    const old = { ...PLAN, version: 1, is_offered: false }
    const gone = { ...PLAN, code: 'gone', version: 1, is_offered: false }
    const [first, second] = linesOf([gone, old, PLAN])
    expect([first?.newest.version, first?.older.map(({ version }) => version), second?.newest.code]).toEqual([2, [1], 'gone'])
  })

  it('are published again as they are', () => {
    const order = orderOf(formOf(PLAN))
    expect(order).toMatchObject({ code: 'pro', price: '19.9', included_messages: 100, features: PLAN.features })
    expect(order).not.toHaveProperty('is_default')
    expect(orderOf(formOf({ ...PLAN, is_default: true }))).toMatchObject({ is_default: true })
  })

  it('are not published while something is missing or no number', () => {
    const form = { ...formOf(PLAN) }
    expect(orderOf({ ...form, price: '19,90' })?.price).toBe('19.90')
    for (const wrong of [{ price: '-1' }, { price: '' }, { code: 'Pro' }, { pt: ' ' }, { trial: '400' }, { grace: '28' }, { included: '1.5' }]) {
      expect(orderOf({ ...form, ...wrong }), JSON.stringify(wrong)).toBeNull()
    }
  })
})
