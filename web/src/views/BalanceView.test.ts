import { flushPromises } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import type { Schemas } from '@/api/client'
import { balance, CHANNEL, difference, differences, line } from '@/pieces/billing/billing-for-tests'
import { dayOf } from '@/pieces/billing/consumption'
import { shown } from '@/testing'
import BalanceView from './BalanceView.vue'

const ZONE = 'America/Lima'
const spent = (category: Schemas['Consumption']['category'], amount: number, messages: number): Schemas['Consumption'] => ({
  day: dayOf(new Date(), ZONE), channel_id: CHANNEL, category, currency: 'USD', messages, amount,
})

function view(answers: Record<string, unknown> = {}, may = ['billing.view', 'billing.caps']) {
  return shown(BalanceView, {}, {
    answers: {
      'GET /api/v1/balance': balance(),
      'GET /api/v1/portal': { may, time_zone: ZONE },
      'GET /api/v1/channels': [{ channel_id: CHANNEL, name: 'Ventas' }],
      'GET /api/v1/consumption': [spent('service', 40_000, 1), spent('marketing', 120_000, 2)],
      'GET /api/v1/statement': { items: [line()], next: null },
      'GET /api/v1/differences': differences(),
      'GET /api/v1/payments/offers': [],
      'GET /api/v1/payments': [],
      'GET /api/v1/payments/methods': [],
      'GET /api/v1/payments/schedules': [],
      'GET /api/v1/documents': [],
      'GET /api/v1/customer': { contacts: [], billing_address: {}, legal_name: null, tax_id: null },
      ...answers,
    },
  })
}
const press = async (page: Awaited<ReturnType<typeof view>>, label: string) => {
  await page.findAll('button').find((button) => button.text() === label)?.trigger('click')
  await flushPromises()
}

describe('the balance', () => {
  it('says what can be spent, what is held, and how long it lasts', async () => {
    const page = await view()
    expect(page.get('[data-available]').text()).toMatch(/24[.,]50/)
    expect(page.get('[data-figure=held]').text()).toMatch(/0[.,]50/)
    expect(page.get('[data-forecast]').text()).toContain('alcanza para 12 días')
    page.unmount()
  })

  it('says what is set aside for which channel, apart from what is held for messages', async () => {
    const reserved = [{ channel_id: CHANNEL, amount: 15_000_000 }]
    const page = await view({ 'GET /api/v1/balance': balance({ held: 15_500_000, available: 9_500_000, reserved }) })
    expect(page.get('[data-figure=held]').text()).toMatch(/(^|[^0-9])0[.,]50/)
    expect(page.get('[data-figure=reserved]').text()).toMatch(/15[.,]00.*Para el próximo período de Ventas/)
    page.unmount()
  })

  it('says how much is set aside for each of several channels', async () => {
    const reserved = [{ channel_id: CHANNEL, amount: 15_000_000 }, { channel_id: 'gone', amount: 2_000_000 }]
    const page = await view({ 'GET /api/v1/balance': balance({ held: 17_000_000, reserved }) })
    const lines = page.get('[data-figure=reserved]').findAll('dd').map((line) => line.text())
    expect(lines[0]).toMatch(/17[.,]00/)
    expect(lines[1]).toMatch(/15[.,]00 para el próximo período de Ventas/)
    expect(lines[2]).toMatch(/2[.,]00 para el próximo período de Canal/)
    page.unmount()
  })

  it('below an alert says so, and which one', async () => {
    const page = await view({ 'GET /api/v1/balance': balance({ balance: 8_000_000, alerts: { thresholds: [10_000_000, 5_000_000] } }) })
    expect(page.get('[data-forecast]').text()).toMatch(/por debajo de su aviso de .*10[.,]00/)
    page.unmount()
  })

  it('is asked again when a message moved', async () => {
    const left = [24_500_000, 24_460_000]
    const page = await view({ 'GET /api/v1/balance': () => balance({ available: left.shift() ?? 0 }) })
    await page.changes('messages')
    expect(page.get('[data-available]').text()).toMatch(/24[.,]46/)
    page.unmount()
  })

  it('that nobody opened yet says that messages cost nothing', async () => {
    const page = await view({ 'GET /api/v1/balance': balance({ state: 'none', currency: null }) })
    expect(page.text()).toContain('Aún no hay un saldo')
    expect(page.find('[data-available]').exists()).toBe(false)
    page.unmount()
  })

  it('that is frozen or empty says what that stops', async () => {
    const page = await view({ 'GET /api/v1/balance': balance({ state: 'frozen', available: 0 }) })
    expect(page.text()).toContain('Su saldo está congelado')
    expect(page.get('[data-forecast]').text()).toContain('se rechazan hasta la próxima recarga')
    page.unmount()
  })
})

describe('the consumption', () => {
  it('is told by day, channel and category, also to who sees no bars', async () => {
    const page = await view()
    const tables = page.findAll('section[aria-label=Consumo] table')
    expect(tables.map((table) => table.get('caption').text())).toEqual(['Consumo por día', 'Por canal', 'Por categoría'])
    expect(tables[0]?.findAll('tbody tr')).toHaveLength(30)
    expect(tables[1]?.text()).toMatch(/Ventas.*3 mensajes.*0[.,]16/s)
    expect(tables[2]?.findAll('tbody th').map((row) => row.text())).toEqual(['Marketing', 'Servicio'])
    page.unmount()
  })
})

describe('the statement', () => {
  it('goes on page by page, and a message\'s line leads to it', async () => {
    const topup = line({ reason: 'topup', amount: 25_000_000, message_id: null, channel_id: null, category: null, country: null, transfer_id: 'other' })
    const pages = [{ items: [topup], next: '1/1' }, { items: [line()], next: null }]
    const page = await view({ 'GET /api/v1/statement': () => pages.shift() })
    expect(page.findAll('[data-line]')).toHaveLength(1)
    await press(page, 'Mostrar más')
    expect(page.findAll('[data-line]').map((row) => row.attributes('data-line'))).toEqual(['topup', 'messages'])
    expect(page.get('[data-line=topup]').text()).toMatch(/Recarga.*\+.*25[.,]00/s)
    expect(page.get('[data-line=messages] a').text()).toBe('Mensaje')
    expect(page.get('[data-line=messages]').text()).toContain('Ventas · Servicio · MX')
    expect(new URL(page.calls.at(-1)?.url ?? '').searchParams.get('after')).toBe('1/1')
    page.unmount()
  })

  it('is a file that is fetched with the token in a header, never in an address', async () => {
    const page = await view({ 'GET /api/v1/statement.csv': () => new Response('at,reason\n', { headers: { 'Content-Type': 'text/csv' } }) })
    const files: string[] = []
    HTMLAnchorElement.prototype.click = function () {
      files.push(this.download)
    }
    await page.get('[data-file=csv]').trigger('click')
    await flushPromises()
    const call = page.calls.find((one) => one.url.includes('statement.csv'))
    expect(call?.headers.get('Authorization')).toBe('Bearer bearer-token')
    expect(call?.url).not.toContain('bearer-token')
    expect(files).toEqual([expect.stringMatching(/^estado-de-cuenta_\d{4}-\d\d-01_.*\.csv$/)])
    page.unmount()
  })

  it('is a document that is named after its days, or says why it is too long', async () => {
    const answers = [
      new Response('%PDF-1.4', { headers: { 'Content-Type': 'application/pdf' } }),
      Response.json({ reason: 'statement_long', explanation: { code: 'statement_long', what: 'Tiene más movimientos.', todo: 'Descargue el CSV.', who: 'operator' } }, { status: 422 }),
    ]
    const page = await view({ 'GET /api/v1/statement.pdf': () => answers.shift() })
    const files: string[] = []
    HTMLAnchorElement.prototype.click = function () {
      files.push(this.download)
    }
    for (const _ of [1, 2]) {
      await page.get('[data-file=pdf]').trigger('click')
      await flushPromises()
    }
    expect(files).toEqual([expect.stringMatching(/^estado-de-cuenta_\d{4}-\d\d-01_.*\.pdf$/)])
    expect(page.text()).toContain('Descargue el CSV.')
    page.unmount()
  })

  it('says beside the button why there is no file', async () => {
    const explanation = { code: 'permission', what: 'No tiene permiso.', todo: 'Pídalo.', who: 'administrator' }
    const page = await view({ 'GET /api/v1/statement.csv': () => Response.json({ reason: 'permission', explanation }, { status: 403 }) })
    await page.get('[data-file=csv]').trigger('click')
    await flushPromises()
    expect(page.text()).toContain('No tiene permiso.')
    page.unmount()
  })
})

describe('the reconciliation', () => {
  it('says that everything agrees, and what is still to be compared', async () => {
    const page = await view({ 'GET /api/v1/differences': differences({ said: 40, compared: 38, waiting: 2 }) })
    expect(page.get('[data-sum]').text()).toContain('Todo coincide: 38 de 40')
    expect(page.get('[data-sum]').text()).toContain('Por comparar: 2')
    expect(page.find('[data-difference]').exists()).toBe(false)
    page.unmount()
  })

  it('before Gupshup said anything says just that', async () => {
    const page = await view({ 'GET /api/v1/differences': differences({ said: 0, compared: 0 }) })
    expect(page.get('[data-sum]').text()).toContain('todavía no ha informado')
    page.unmount()
  })

  it('shows both words about a message, which leads to its story, page by page', async () => {
    const stranger = difference({
      difference_id: 'b', kind: 'unknown_message', message_id: null,
      charged: { state: null, price: null, currency: null, category: null, country: null },
    })
    const pages = [differences({ kinds: { billed_by_us_only: 1, unknown_message: 1 }, items: [difference()], next: '1/x' }), differences({ items: [stranger] })]
    const page = await view({ 'GET /api/v1/differences': () => pages.shift() })
    expect(page.get('[data-sum]').text()).toContain('Diferencias: 2')
    const first = page.get('[data-difference=billed_by_us_only]')
    expect(first.get('a').text()).toBe('Se cobró aquí y Gupshup no lo cobra')
    expect(first.text()).toMatch(/Gratis · Servicio · MX.*0[.,]04.* · Servicio · MX/s)
    await press(page, 'Mostrar más')
    expect(page.get('[data-difference=unknown_message]').find('a').exists()).toBe(false)
    expect(page.get('[data-difference=unknown_message]').text()).toContain('Sin cobro')
    page.unmount()
  })
})

describe('caps and alerts', () => {
  it('say in plain words what happens at each limit', async () => {
    const page = await view()
    const cap = page.get('[data-cap]')
    expect(cap.attributes('data-cap')).toBe('told')
    expect(cap.text()).toContain('los mensajes siguen saliendo')
    expect(cap.text()).toContain('se rechaza hasta el próximo período')
    page.unmount()
  })

  it('say when people were told last', async () => {
    const page = await view({ 'GET /api/v1/balance': balance({ alerts: { thresholds: [10_000_000, 5_000_000] }, told: [{ threshold: 5_000_000, at: '2026-03-02T18:00:00Z' }] }) })
    expect(page.findAll('[data-threshold]').map((row) => row.find('[data-told]').exists())).toEqual([false, true])
    expect(page.get('[data-told]').text()).toContain('2 mar')
    page.unmount()
  })

  it('are changed in millionths', async () => {
    const sent: unknown[] = []
    const page = await view({ 'PUT /api/v1/alerts': async (request: Request) => (sent.push(await request.json()), { thresholds: [] }) })
    await page.get('section[aria-label="Avisos de saldo bajo"] input').setValue('5.5')
    await page.get('section[aria-label="Avisos de saldo bajo"] form').trigger('submit')
    await flushPromises()
    expect(sent).toEqual([{ thresholds: [10_000_000, 5_500_000] }])
    page.unmount()
  })

  it('are taken away by a cap without amounts', async () => {
    const sent: unknown[] = []
    const page = await view({ 'PUT /api/v1/caps': async (request: Request) => (sent.push(await request.json()), []) })
    await press(page, 'Cambiar')
    const remove = [...document.querySelectorAll('button')].find((button) => button.textContent?.trim() === 'Quitar este tope')
    remove?.click()
    await flushPromises()
    expect(sent).toEqual([{ scope: 'portal', scope_id: '', period: 'month', soft: null, hard: null }])
    page.unmount()
  })

  it('are only read by who may not change them', async () => {
    const page = await view({}, ['billing.view'])
    expect(page.findAll('button').map((button) => button.text())).not.toContain('Cambiar')
    expect(page.find('section[aria-label="Avisos de saldo bajo"] form').exists()).toBe(false)
    page.unmount()
  })
})
