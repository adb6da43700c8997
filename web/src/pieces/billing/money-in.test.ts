import { flushPromises } from '@vue/test-utils'
import { describe, expect, it, vi } from 'vitest'
import type { Schemas } from '@/api/client'
import { shown } from '@/testing'
import { balance, CHANNEL } from './billing-for-tests'
import { declineWord } from './declines'
import { changeOf, formOf } from './facts'
import MoneyIn from './MoneyIn.vue'
import { walletOf, type Wallet } from './money'
import { faultOfRecharge, standingOfRecharge, type Recharge } from './recharge'

const OFFER: Schemas['TopupOffer'] = {
  provider: 'stripe', currency: 'USD', minimum: 5_000_000, maximum: 10_000_000_000, grain: 10_000,
  choices: [10_000_000, 25_000_000], bonus_from: null, bonus_percent: '0', capabilities: ['topup', 'save_method', 'auto_recharge'],
}
const CARD: Schemas['Method'] = {
  method_id: '01a20000-0000-7000-8000-0000000000a1', provider: 'stripe', label: 'visa •••• 4242, 12/2030', expires: '2030-12', is_recharged: true,
  saved_at: '2026-11-20T12:00:00Z',
}
const PAID: Schemas['Payment'] = {
  payment_id: '01a20000-0000-7000-8000-000000000001', provider: 'stripe', kind: 'topup', amount: 25_000_000, currency: 'USD', state: 'succeeded',
  state_reason: null, is_open: false, captured: 29_000_000, tax: 4_000_000, bonus: 0, refunded: 0, disputed: 0, paid_at: '2026-11-22T12:00:00Z', url: null,
  url_expires_at: null, receipt_id: '01a20000-0000-7000-8000-0000000000d1', receipt_name: 'R-000017', every: null, actor: '1',
  method_label: 'visa •••• 4242', opened_at: '2026-11-22T11:59:00Z', changed_at: '2026-11-22T12:00:00Z',
}
const ORDER: Recharge = {
  is_on: true, threshold: 5_000_000, amount: 20_000_000, target: null, monthly_cap: 100_000_000, used: 20_000_000, failures: 0, not_before: null, declined: null,
}
const CUSTOMER: Schemas['Customer'] = {
  customer_id: '01a20000-0000-7000-8000-0000000000c1', legal_name: null, trade_name: 'Acme', tax_id_type: null, tax_id: null, country: 'MX',
  billing_address: { street: '', city: '', region: '', postal_code: '', country: 'MX' },
  contacts: [{ name: 'Leo', email: 'leo@acme.example', phone: '51999', purpose: '' }], language: 'es', currency: 'USD', state: 'active', version: 3, portals: 1,
}
const DECLINED = { at: '2026-11-22T10:00:00Z', amount: 20_000_000, code: 'insufficient_funds' }
const wallet = (recharge: Recharge | null = null) => walletOf(balance({ recharge })) as Wallet

function view(told: { recharge?: Recharge | null; mayPay?: boolean; answers?: Record<string, unknown> } = {}) {
  return shown(MoneyIn, { balance: wallet(told.recharge ?? null), channels: [{ channel_id: CHANNEL, name: 'Ventas' }], mayPay: told.mayPay ?? true, mayManage: told.mayPay ?? true }, {
    answers: {
      'GET /api/v1/payments/offers': [OFFER], 'GET /api/v1/payments/methods': [CARD], 'GET /api/v1/payments': [PAID], 'GET /api/v1/documents': [],
      'GET /api/v1/payments/schedules': [],
      'GET /api/v1/customer': CUSTOMER,
      ...told.answers,
    },
  })
}
type Page = Awaited<ReturnType<typeof view>>
const press = async (page: Page, label: string) => {
  await page.findAll('button').find((button) => button.text() === label)?.trigger('click')
  await flushPromises()
}
const inDialog = (selector: string) => document.querySelector<HTMLInputElement>(`[role=dialog] ${selector}`)
const pressInDialog = async (label: string) => {
  const found = [...document.querySelectorAll<HTMLButtonElement>('[role=dialog] button')].find((button) => button.textContent?.trim() === label)
  found?.click()
  await flushPromises()
  return found
}

describe('payments', () => {
  it('say what was paid, taxes included, and keep the receipt as a file', async () => {
    const files: string[] = []
    HTMLAnchorElement.prototype.click = function () {
      files.push(this.download)
    }
    const pdf = () => new Response('%PDF-1.4', { headers: { 'Content-Type': 'application/pdf' } })
    const page = await view({ answers: { [`GET /api/v1/documents/${PAID.receipt_id}/pdf`]: pdf } })
    const row = page.get('[data-payment=topup]')
    expect(row.text()).toMatch(/Recarga · Stripe · visa •••• 4242.*Incluye .*4[.,]00 de impuestos.*29[.,]00/s)
    await row.get('[data-receipt]').trigger('click')
    await flushPromises()
    expect(files).toEqual(['R-000017.pdf'])
    expect(page.calls.at(-1)?.headers.get('Authorization')).toBe('Bearer bearer-token')
    page.unmount()
  })

  it('that brought nothing say why and what to do', async () => {
    const failed = { ...PAID, state: 'failed' as const, state_reason: 'expired_card', kind: 'recharge' as const, captured: 0, tax: 0, receipt_id: null, receipt_name: null }
    const page = await view({ answers: { 'GET /api/v1/payments': [failed] } })
    expect(page.get('[data-payment=recharge]').text()).toContain('La tarjeta está vencida. Guarde una vigente.')
    expect(page.find('[data-receipt]').exists()).toBe(false)
    page.unmount()
  })

  it('that came after their page was closed say so', async () => {
    const page = await view({ answers: { 'GET /api/v1/payments': [{ ...PAID, state_reason: 'late_after_expired' }] } })
    expect(page.get('[data-payment=topup]').text()).toContain('llegó después de que la página se cerró')
    page.unmount()
  })

  it('go on page by page', async () => {
    const ten = [...Array(10).keys()].map((place) => ({ ...PAID, payment_id: `p${place}` }))
    const pages = [ten, [{ ...PAID, payment_id: 'p10' }]]
    const page = await view({ answers: { 'GET /api/v1/payments': () => pages.shift() } })
    await press(page, 'Mostrar más')
    expect(page.findAll('[data-payment]')).toHaveLength(11)
    expect(new URL(page.calls.at(-1)?.url ?? '').searchParams.get('before')).toBe('p9')
    page.unmount()
  })
})

describe('a decline', () => {
  it('has words for what providers say, and honest ones for what they do not', () => {
    expect(['funds', 'confirm', 'noCard', 'bank', 'bank']).toEqual(
      ['insufficient_funds', 'needs_action', 'no_method', 'do_not_honor', null].map(declineWord),
    )
  })
})

describe('receipts and invoices', () => {
  it('are listed with number, day and amount', async () => {
    const invoice = { document_id: 'd1', kind: 'invoice', name: 'F-000003', currency: 'USD', net: 12_000_800, tax: 0, total: 12_000_800, payment_id: null, related_id: null, issued_at: '2026-12-02T05:00:00Z' }
    const page = await view({ answers: { 'GET /api/v1/documents': [invoice] } })
    expect(page.get('[data-document=invoice]').text()).toMatch(/Factura F-000003.*2 de diciembre de 2026.*12[.,]0008/s)
    page.unmount()
  })
})

describe('saved cards', () => {
  it('are added on the page of the provider', async () => {
    const tab = { location: { href: '' }, close: vi.fn() }
    vi.stubGlobal('open', () => tab)
    const sent: unknown[] = []
    const opened = { ...PAID, kind: 'method', state: 'redirected', is_open: true, url: 'https://checkout.stripe.com/c/setup/cs_1' }
    const page = await view({ answers: { 'POST /api/v1/payments': async (request: Request) => (sent.push(await request.json()), opened) } })
    await press(page, 'Guardar una tarjeta')
    expect(tab.location.href).toBe(opened.url)
    expect(sent).toEqual([{ provider: 'stripe', kind: 'method', amount: 0, currency: 'USD', key: expect.stringMatching(/^[0-9a-f-]{36}$/) }])
    expect(page.get('[data-waiting]').text()).toContain('Esperamos a que guarde la tarjeta')
    page.unmount()
    vi.unstubAllGlobals()
  })

  it('are removed after a warning that recharges end with it', async () => {
    const page = await view({ recharge: ORDER, answers: { [`DELETE /api/v1/payments/methods/${CARD.method_id}`]: () => new Response(null, { status: 204 }) } })
    await page.get('[data-method] button').trigger('click')
    await flushPromises()
    expect(document.querySelector('[role=dialog]')?.textContent).toContain('sin otra tarjeta guardada no podrá cobrar')
    await pressInDialog('Quitar tarjeta')
    expect(page.calls.some(({ method }) => method === 'DELETE')).toBe(true)
    expect(page.emitted('changed')).toHaveLength(1)
    page.unmount()
  })
})

describe('the automatic top-up', () => {
  it('is ordered with amounts, a card, and words that the person agrees to', async () => {
    const sent: unknown[] = []
    const answers = { 'PUT /api/v1/payments/recharge': async (request: Request) => (sent.push(await request.json()), new Response(null, { status: 204 })) }
    const page = await view({ answers })
    expect(page.get('[data-recharge]').attributes('data-recharge')).toBe('off')
    await press(page, 'Activar')
    const fields = [...document.querySelectorAll<HTMLInputElement>('[role=dialog] input[type=number]')]
    for (const [place, value] of ['5', '100', '20'].entries()) {
      const field = fields[place] as HTMLInputElement
      field.value = value
      field.dispatchEvent(new Event('input', { bubbles: true }))
    }
    await flushPromises()
    expect(inDialog('[data-consent]')?.parentElement?.textContent).toMatch(/Autorizo a cobrar .*20[.,]00 a visa •••• 4242, 12\/2030 .* baje de .*5[.,]00, hasta .*100[.,]00 por mes/)
    expect((await pressInDialog('Activar recarga automática'))?.disabled).toBe(true)
    inDialog('[data-consent]')?.click()
    await flushPromises()
    await pressInDialog('Activar recarga automática')
    expect(sent).toEqual([{
      is_on: true, threshold: 5_000_000, amount: 20_000_000, target: null, monthly_cap: 100_000_000, method_id: CARD.method_id, text_version: 'recharge-2026-11',
    }])
    page.unmount()
  })

  it('says what it took, and that a decline is tried again, and what to do', async () => {
    const page = await view({ recharge: { ...ORDER, failures: 1, not_before: '2026-11-22T11:00:00Z', declined: DECLINED } })
    expect(page.get('[data-rule]').text()).toMatch(/baja de .*5[.,]00, se cobran .*20[.,]00/)
    expect(page.get('[data-notes]').text()).toMatch(/fue rechazado.*no tenía fondos.*Lo intentamos otra vez desde/s)
    page.unmount()
  })

  it('that stopped says so and is switched on again by a person only', async () => {
    const page = await view({ recharge: { ...ORDER, is_on: false, failures: 3, declined: DECLINED } })
    expect(page.get('[data-notes]').text()).toContain('Se detuvo después de 3 rechazos seguidos')
    expect(page.findAll('button').map((button) => button.text())).toContain('Activar')
    page.unmount()
  })

  it('is turned off at once', async () => {
    const sent: unknown[] = []
    const page = await view({ recharge: ORDER, answers: { 'PUT /api/v1/payments/recharge': async (request: Request) => (sent.push(await request.json()), new Response(null, { status: 204 })) } })
    await press(page, 'Desactivar')
    expect(sent).toEqual([{ is_on: false, text_version: '' }])
    page.unmount()
  })

  it('stands as its cap, its card and its declines say', () => {
    expect(['off', 'on', 'noCard', 'capped', 'declined', 'stopped']).toEqual([
      standingOfRecharge(null, true),
      standingOfRecharge(ORDER, true),
      standingOfRecharge(ORDER, false),
      standingOfRecharge({ ...ORDER, used: 90_000_000 }, true),
      standingOfRecharge({ ...ORDER, failures: 1 }, true),
      standingOfRecharge({ ...ORDER, is_on: false, failures: 3 }, true),
    ])
  })

  it('needs amounts that fit each other', () => {
    const form = { threshold: 5_000_000, amount: 20_000_000, target: null, cap: 100_000_000 }
    expect(faultOfRecharge(form)).toBe(null)
    expect(faultOfRecharge({ ...form, threshold: null })).toBe('empty')
    expect(faultOfRecharge({ ...form, amount: null, target: 5_000_000 })).toBe('target')
    expect(faultOfRecharge({ ...form, cap: 19_000_000 })).toBe('cap')
    expect(faultOfRecharge({ ...form, amount: null, target: 30_000_000, cap: 24_000_000 })).toBe('cap')
  })
})

describe('the billing data', () => {
  it('says what is missing, and is changed with the version that was seen; other contacts stay', async () => {
    const sent: unknown[] = []
    const answers = { 'PATCH /api/v1/customer': async (request: Request) => (sent.push(await request.json()), CUSTOMER) }
    const page = await view({ answers })
    expect(page.get('[data-fact=taxId]').text()).toContain('Falta')
    await page.get('section[aria-label="Datos de facturación"] button').trigger('click')
    await flushPromises()
    for (const [selector, value] of [['[data-tax-id] input, input[data-tax-id]', 'GODE561231GR8'], ['[data-email] input, input[data-email]', 'caja@acme.example']] as const) {
      const field = document.querySelector<HTMLInputElement>(selector) as HTMLInputElement
      field.value = value
      field.dispatchEvent(new Event('input', { bubbles: true }))
    }
    await pressInDialog('Guardar')
    expect(sent).toEqual([{
      version: 3, legal_name: null, country: 'MX', tax_id_type: 'RFC', tax_id: 'GODE561231GR8',
      billing_address: { street: '', city: '', region: '', postal_code: '', country: 'MX' },
      contacts: [{ name: 'Leo', email: 'leo@acme.example', phone: '51999', purpose: '' }, { name: '', phone: '', email: 'caja@acme.example', purpose: 'billing' }],
    }])
    page.unmount()
  })

  it('that has a wrong tax id says which one was expected', async () => {
    const wrong = () => Response.json({ reason: 'malformed_item', facts: { field: 'tax_id' } }, { status: 400 })
    const page = await view({ answers: { 'PATCH /api/v1/customer': wrong } })
    await page.get('section[aria-label="Datos de facturación"] button').trigger('click')
    await flushPromises()
    await pressInDialog('Guardar')
    expect(document.querySelector('[data-fault]')?.textContent).toBe('El número no tiene la forma de un RFC de México. Revíselo.')
    page.unmount()
  })

  it('of a country without kinds of tax ids has none', () => {
    const form = { ...formOf(CUSTOMER), country: 'US', taxId: '12-3456789' }
    expect(changeOf(CUSTOMER, form)).toMatchObject({ country: 'US', tax_id_type: null, tax_id: null })
  })
})

describe('scheduled top-ups', () => {
  const MONTHLY: Schemas['Schedule'] = {
    payment_id: '01a20000-0000-7000-8000-0000000000e1', provider: 'paypal', amount: 30_000_000, currency: 'USD', every: 'month', state: 'active',
    channel_id: CHANNEL, paid_until: '2026-12-22T12:00:00Z', is_ending: false, failure: null, ordered_at: '2026-10-22T12:00:00Z', last_paid_at: '2026-11-22T12:00:00Z',
  }
  const repeating = { ...OFFER, capabilities: [...OFFER.capabilities, 'subscription'] }

  it('are ordered on the page of the provider', async () => {
    const tab = { location: { href: '' }, close: vi.fn() }
    vi.stubGlobal('open', () => tab)
    const sent: unknown[] = []
    const opened = { ...PAID, kind: 'scheduled', state: 'redirected', is_open: true, url: 'https://checkout.stripe.com/c/pay/cs_2' }
    const page = await view({ answers: { 'GET /api/v1/payments/offers': [repeating], 'POST /api/v1/payments': async (request: Request) => (sent.push(await request.json()), opened) } })
    await press(page, 'Programar una recarga')
    const field = document.querySelector<HTMLInputElement>('[role=dialog] input[type=number]') as HTMLInputElement
    field.value = '30'
    field.dispatchEvent(new Event('input', { bubbles: true }))
    await flushPromises()
    await pressInDialog('Ir a la página de pago')
    expect(sent).toMatchObject([{ provider: 'stripe', kind: 'scheduled', amount: 30_000_000, currency: 'USD', every: 'month', channel_id: null }])
    expect(tab.location.href).toBe(opened.url)
    page.unmount()
    vi.unstubAllGlobals()
  })

  it('say how they stand, and are ended after a question', async () => {
    const page = await view({ answers: { 'GET /api/v1/payments/schedules': [MONTHLY], [`DELETE /api/v1/payments/schedules/${MONTHLY.payment_id}`]: () => new Response(null, { status: 204 }) } })
    expect(page.get('[data-schedule=active]').text()).toMatch(/30[.,]00 cada mes · PayPal.*Renueva: Ventas.*Activa/s)
    await page.get('[data-schedule] button').trigger('click')
    await flushPromises()
    await pressInDialog('Terminar')
    expect(page.calls.some(({ method }) => method === 'DELETE')).toBe(true)
    page.unmount()
  })

  it('whose end is on its way say so and offer no second one', async () => {
    const page = await view({ answers: { 'GET /api/v1/payments/schedules': [{ ...MONTHLY, is_ending: true, failure: 'timeout' }] } })
    expect(page.get('[data-schedule]').text()).toMatch(/todavía no aceptó el fin.*Terminando/s)
    expect(page.find('[data-schedule] button').exists()).toBe(false)
    page.unmount()
  })
})

describe('money in', () => {
  it('offers nothing where nothing can be paid, nor to who may not', async () => {
    const none = await view({ answers: { 'GET /api/v1/payments/offers': [], 'GET /api/v1/payments/methods': [] } })
    expect(none.text()).not.toContain('Recargar saldo')
    expect(none.text()).not.toContain('Recarga automática')
    none.unmount()
    const looking = await view({ mayPay: false, recharge: ORDER })
    const labels = looking.findAll('button').map((button) => button.text())
    for (const label of ['Pagar con Stripe', 'Guardar una tarjeta', 'Quitar', 'Cambiar', 'Desactivar']) expect(labels).not.toContain(label)
    looking.unmount()
  })
})
