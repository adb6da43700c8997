import { flushPromises } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { CHANNEL, PLANS, subscription } from '@/pieces/billing/billing-for-tests'
import { shown } from '@/testing'
import SubscriptionsView from './SubscriptionsView.vue'

const PATH = `/api/v1/subscriptions/${CHANNEL}`
const PREVIEW = {
  code: 'pro', version: 2, price: 30_000_000, every: 'month', takes_effect_at: '2026-11-23T18:00:00Z', amount: 19_333_333, currency: 'USD',
  period_ends_at: '2026-12-22T18:00:00Z',
}

function view(told: Parameters<typeof subscription>[0] = {}, answers: Record<string, unknown> = {}) {
  return shown(SubscriptionsView, {}, { answers: { 'GET /api/v1/subscriptions': [subscription(told)], 'GET /api/v1/plans': PLANS, ...answers } })
}
const button = (label: string | RegExp) =>
  [...document.querySelectorAll('button')].filter((one) => (typeof label === 'string' ? one.textContent?.trim() === label : label.test(one.textContent ?? ''))).at(-1)
async function press(label: string | RegExp) {
  const found = button(label)
  expect(found, String(label)).toBeDefined()
  found?.click()
  await flushPromises()
}
const posted = (page: Awaited<ReturnType<typeof view>>) =>
  page.calls.filter(({ method }) => method === 'POST').map(({ url }) => new URL(url).pathname.replace(PATH, ''))

describe('a subscription', () => {
  it('says plan, price, what is included and when it renews', async () => {
    const page = await view()
    const card = page.get('[data-subscription=active]').text()
    for (const told of ['Ventas', 'Básico', 'al mes', '25 de 100 mensajes', 'Enviar mensajes', 'Se renueva el 22 de diciembre de 2026']) expect(card).toContain(told)
    expect(card).not.toContain('Difusiones')
    page.unmount()
  })

  it('changes its plan only after what it costs now was shown', async () => {
    const sent: unknown[] = []
    const page = await view({}, {
      [`POST ${PATH}/preview`]: PREVIEW,
      [`POST ${PATH}/change`]: async (request: Request) => {
        sent.push(await request.json())
        return { takes_effect_at: PREVIEW.takes_effect_at, amount: PREVIEW.amount, currency: 'USD' }
      },
    })
    await press('Elegir plan')
    const preview = document.querySelector('[data-preview]')?.textContent ?? ''
    expect(preview).toMatch(/Se cobra ahora.*19[.,]3333/s)
    expect(preview).toContain('Ahora mismo')
    expect(posted(page)).toEqual(['/preview'])
    await press(/Cambiar y pagar/)
    expect(sent).toEqual([{ plan: 'pro' }])
    expect(document.querySelector('[data-preview]')).toBeNull()
    page.unmount()
  })

  it('says that a step down waits for the end of what is paid', async () => {
    const later = { ...PREVIEW, amount: 0, takes_effect_at: '2026-12-22T18:00:00Z' }
    const page = await view({}, { [`POST ${PATH}/preview`]: later })
    await press('Elegir plan')
    expect(document.querySelector('[data-preview]')?.textContent).toContain('22 de diciembre de 2026')
    expect(document.querySelector('[data-preview]')?.textContent).toContain('Lo que ya pagó vale hasta el fin del período')
    expect(button('Cambiar de plan')?.disabled).toBe(false)
    page.unmount()
  })

  it('is not changed when the balance does not cover it, and says so', async () => {
    const explanation = { code: 'balance', what: 'No alcanza el saldo.', todo: 'Recargue.', who: 'administrator' }
    const page = await view({}, {
      [`POST ${PATH}/preview`]: PREVIEW,
      [`POST ${PATH}/change`]: () => Response.json({ reason: 'balance', explanation }, { status: 402 }),
    })
    await press('Elegir plan')
    await press(/Cambiar y pagar/)
    expect(document.body.textContent).toContain('No alcanza el saldo.')
    expect(document.querySelector('[data-preview]')).not.toBeNull()
    page.unmount()
  })

  it('is cancelled after a question that says until when the channel works and what stays', async () => {
    const page = await view({}, { [`POST ${PATH}/cancel`]: subscription({ cancels_at_end: true }) })
    await press('Cancelar suscripción')
    expect(posted(page)).toEqual([])
    expect(document.body.textContent).toContain('El canal funciona hasta el 22 de diciembre de 2026')
    expect(document.body.textContent).toContain('Se conservan sus conversaciones')
    await press('Cancelar suscripción')
    expect(posted(page)).toEqual(['/cancel'])
    page.unmount()
  })

  it.each([
    [{ state: 'paused', may: ['resume', 'cancel'] }, 'Reanudar', '/resume'],
    [{ cancels_at_end: true, may: ['change', 'keep'] }, 'Mantener suscripción', '/keep'],
  ] as const)('that stands as %o goes on with one button', async (told, label, step) => {
    const page = await view({ ...told, may: [...told.may] }, { [`POST ${PATH}${step}`]: subscription() })
    await press(label)
    expect(posted(page)).toEqual([step])
    page.unmount()
  })

  it('that was cancelled is begun anew with a plan', async () => {
    const sent: unknown[] = []
    const page = await view({ state: 'cancelled', may: ['restart'] }, {
      [`POST ${PATH}/restart`]: async (request: Request) => {
        sent.push(await request.json())
        return subscription()
      },
    })
    await press('Contratar de nuevo')
    await press('Contratar')
    expect(sent).toEqual([{ plan: 'basic' }])
    page.unmount()
  })

  it('has no buttons for who may not manage it', async () => {
    const page = await view({ may: [] })
    expect(page.text()).toContain('Puede ver las suscripciones, pero no cambiarlas')
    expect(page.findAll('[data-subscription] button')).toHaveLength(0)
    page.unmount()
  })
})

describe('a portal without channels', () => {
  it('is told how a subscription begins', async () => {
    const page = await view({}, { 'GET /api/v1/subscriptions': [] })
    expect(page.text()).toContain('Aún no hay suscripciones')
    page.unmount()
  })
})
