import { flushPromises } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { shown } from '@/testing'
import { detail, LINES, test } from './channels-for-tests'
import NewChannel from './NewChannel.vue'

const ID = '018f0000-0000-7000-8000-000000000009'
const ANSWERS = { app_name: 'SoporteDemo', app_id: '8f9ab511-9da7-4f0b-bd21-bd7bdc07a45f', app_key: 'sk_key', phone: '+52 1 555 000 2222' }

async function wizard(stage: { fixedLine?: string; answers?: Record<string, unknown> } = {}) {
  let made = detail({ channel_id: ID, state: 'connecting', next_action: 'wait' })
  const page = await shown(NewChannel, { fixedLine: stage.fixedLine ?? null }, {
    answers: {
      'GET /api/v1/lines': LINES,
      'POST /api/v1/channels': Response.json({ channel_id: ID }, { status: 201 }),
      [`GET /api/v1/channels/${ID}`]: () => made,
      'GET /api/v1/messages': { items: [], next: null },
      ...stage.answers,
    },
  })
  return {
    page,
    now: () => page.get('[data-now]').attributes('data-now'),
    press: async (label: string) => {
      await page.findAll('button').find((one) => one.text() === label)?.trigger('click')
      await flushPromises()
    },
    fill: async (answers: Record<string, string>) => {
      for (const [field, text] of Object.entries(answers)) await page.get(`input[name=${field}]`).setValue(text)
    },
    submit: async () => {
      await page.get('form').trigger('submit')
      await flushPromises()
    },
    becomes: async (told: Parameters<typeof detail>[0]) => {
      made = detail({ channel_id: ID, ...told })
      await page.changes('channels')
    },
    added: () => page.calls.filter(({ method, url }) => method === 'POST' && url.endsWith('/channels')),
  }
}

describe('a new channel', () => {
  it('begins with the open line: taken ones say by whom, and switched off ones say so', async () => {
    const { page, now } = await wizard()
    expect(now()).toBe('line')
    expect(page.text()).toContain('Ocupado por el canal «Ventas»')
    expect(page.text()).toContain('Apagado en Bitrix24')
    const disabled = page.findAll('[role=radio]').map((radio) => radio.attributes('disabled') !== undefined)
    expect(disabled).toEqual([true, false, true])
  })

  it('asks the portal again for its lines', async () => {
    const { page, press } = await wizard()
    const asked = () => page.calls.filter(({ url }) => url.endsWith('/lines')).length
    const before = asked()
    await press('Actualizar')
    expect(asked()).toBe(before + 1)
  })

  it('goes from the line to the number, connects, and ends with the test message', async () => {
    const { page, now, press, fill, submit, becomes, added } = await wizard()
    await page.findAll('[role=radio]')[1]?.trigger('click')
    await press('Continuar')
    expect(now()).toBe('number')
    expect(page.text()).toContain('canal abierto «Soporte»')
    await fill(ANSWERS)
    await submit()
    expect(await added()[0]?.clone().json()).toEqual({ ...ANSWERS, phone: '5215550002222', line_id: '2', name: '' })
    expect(now()).toBe('connecting')
    const next = () => page.findAll('button').find((one) => one.text() === 'Continuar con la prueba')
    expect(next()?.attributes('disabled')).toBeDefined()
    await becomes({ state: 'active' })
    expect(next()?.attributes('disabled')).toBeUndefined()
    await press('Continuar con la prueba')
    expect(now()).toBe('test')
    await press('Terminar sin probar')
    expect(page.emitted('done')).toEqual([[ID]])
  })

  it('keeps what was typed while a person looks at the lines again', async () => {
    const { page, press, fill } = await wizard()
    await page.findAll('[role=radio]')[1]?.trigger('click')
    await press('Continuar')
    await fill({ app_name: 'SoporteDemo' })
    await press('Volver')
    await press('Continuar')
    expect((page.get('input[name=app_name]').element as HTMLInputElement).value).toBe('SoporteDemo')
  })

  it('does not send what can not be right, and says what is wrong', async () => {
    const { page, now, fill, submit, added } = await wizard({ fixedLine: '2' })
    expect(now()).toBe('number')
    await fill({ ...ANSWERS, phone: '0051 987', app_key: '' })
    await submit()
    expect(added()).toEqual([])
    expect(page.text()).toContain('Empiece con el código del país, sin ceros delante.')
    expect(page.text()).toContain('Pegue la clave API.')
  })

  it('shows the key to nobody, not even as it is typed', async () => {
    const { page } = await wizard({ fixedLine: '2' })
    expect(page.get('input[name=app_key]').attributes('type')).toBe('password')
  })

  it('says which answer our server refused', async () => {
    const problem = Response.json({ reason: 'malformed_item', facts: { field: 'phone' } }, { status: 400 })
    const { page, now, fill, submit } = await wizard({ fixedLine: '2', answers: { 'POST /api/v1/channels': problem } })
    await fill(ANSWERS)
    await submit()
    expect(now()).toBe('number')
    expect(page.text()).toContain('Nuestro servidor no aceptó este dato')
  })

  it('offers another key where Gupshup refuses it', async () => {
    const { page, fill, submit, becomes } = await wizard({ fixedLine: '2' })
    await fill(ANSWERS)
    await submit()
    await becomes({ state: 'attention', next_action: 'repair', tests: [test('gupshup_app', { outcome: 'fail', action: 'check_key' })] })
    expect(page.text()).toContain('No se pudo conectar.')
    expect(page.get('[data-test=gupshup_app] button').text()).toBe('Cambiar la clave')
  })
})
