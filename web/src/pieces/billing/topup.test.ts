import { flushPromises } from '@vue/test-utils'
import { describe, expect, it, vi } from 'vitest'
import { shown } from '@/testing'
import { isPayable } from './topup'
import TopUpCard from './TopUpCard.vue'

const OFFER = {
  provider: 'stripe' as const, currency: 'USD', minimum: 5_000_000, maximum: 10_000_000_000, grain: 10_000,
  choices: [10_000_000, 25_000_000], bonus_from: null, bonus_percent: '0', capabilities: ['topup'],
}
const OPENED = {
  payment_id: '01a20000-0000-7000-8000-000000000001', provider: 'stripe', kind: 'topup', amount: 25_000_000, currency: 'USD',
  state: 'redirected', state_reason: null, is_open: true, captured: 0, tax: 0, bonus: 0, refunded: 0, disputed: 0, paid_at: null,
  url: 'https://checkout.stripe.com/c/pay/cs_1', url_expires_at: null, receipt_id: null,
}

describe('an amount', () => {
  it('is payable within the limits, in steps that the provider can express', () => {
    expect(isPayable(25_000_000, OFFER)).toBe(true)
    expect(isPayable(25_005_000, OFFER)).toBe(false)
    expect(isPayable(4_990_000, OFFER)).toBe(false)
    expect(isPayable(10_000_010_000, OFFER)).toBe(false)
    expect(isPayable(null, OFFER)).toBe(false)
  })
})

describe('topping up', () => {
  it('opens the page of the provider in a tab of its own and says that it waits', async () => {
    const tab = { location: { href: '' }, close: vi.fn() }
    vi.stubGlobal('open', () => tab)
    const page = await shown(TopUpCard, { offers: [OFFER] }, { answers: { 'POST /api/v1/payments': OPENED } })
    await page.findAll('button').find((button) => /25/.test(button.text()))?.trigger('click')
    await page.findAll('button').find((button) => button.text() === 'Pagar con Stripe')?.trigger('click')
    await flushPromises()
    expect(tab.location.href).toBe(OPENED.url)
    expect(page.get('[data-waiting]').text()).toContain('Esperamos su pago')
    page.unmount()
    vi.unstubAllGlobals()
  })

  it('says so where the page could not be opened, and leaves no empty tab', async () => {
    const tab = { location: { href: '' }, close: vi.fn() }
    vi.stubGlobal('open', () => tab)
    const failed = { ...OPENED, state: 'failed', is_open: false, url: null }
    const page = await shown(TopUpCard, { offers: [OFFER] }, { answers: { 'POST /api/v1/payments': failed } })
    await page.findAll('button').find((button) => /25/.test(button.text()))?.trigger('click')
    await page.findAll('button').find((button) => button.text() === 'Pagar con Stripe')?.trigger('click')
    await flushPromises()
    expect(tab.close).toHaveBeenCalled()
    expect(page.get('[data-failed]').text()).toContain('no se cobró nada')
    page.unmount()
    vi.unstubAllGlobals()
  })
})
