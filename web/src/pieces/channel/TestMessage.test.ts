import { flushPromises } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { shown } from '@/testing'
import { channel } from './channels-for-tests'
import TestMessage from './TestMessage.vue'

const ID = channel().channel_id
const OLD = { message_id: '018f0000-0000-7000-8000-00000000000a', phone: '5215511110000', contact_name: '', text: 'de ayer', state: 'delivered', said_at: '2026-03-01T10:00:00Z' }
const NEW = { ...OLD, message_id: '018f0000-0000-7000-8000-00000000000b', phone: '5215577778888', contact_name: 'Rosa', text: 'Hola, esto es una prueba' }
const ANSWER = { ...NEW, message_id: '018f0000-0000-7000-8000-00000000000c', text: 'Mensaje de prueba', explanation: null }

async function trip(props: { isNew?: boolean }, stage: { newest?: unknown; sent?: unknown } = {}) {
  let newest: unknown = stage.newest ?? OLD
  let state = 'queued'
  const page = await shown(TestMessage, { channel: channel(), leave: 'Salir', ...props }, {
    answers: {
      'GET /api/v1/messages': () => ({ items: newest === null ? [] : [newest], next: null }),
      [`POST /api/v1/channels/${ID}/test-message`]: stage.sent ?? { message_id: ANSWER.message_id },
      [`GET /api/v1/messages/${ANSWER.message_id}`]: () => ({ ...ANSWER, state }),
    },
  })
  return {
    page,
    writes: async (message: unknown) => {
      newest = message
      await page.changes('messages')
    },
    becomes: async (next: string) => {
      state = next
      await page.changes('messages')
    },
    send: () => page.findAll('button').find((one) => one.text() === 'Enviar la respuesta de prueba'),
  }
}

describe('the test message', () => {
  it('says where to write', async () => {
    const { page } = await trip({})
    expect(page.text()).toContain('Escriba a +5215550001111')
    expect(page.get('a').attributes('href')).toContain('https://wa.me/5215550001111')
  })

  it('waits for a message that was not there before', async () => {
    const { page, writes, send } = await trip({})
    expect(page.find('[data-arrived]').exists()).toBe(false)
    expect(send()?.attributes('disabled')).toBeDefined()
    await writes(NEW)
    expect(page.get('[data-arrived]').text()).toContain('Hola, esto es una prueba')
    expect(send()?.attributes('disabled')).toBeUndefined()
  })

  it('takes whatever a new channel has received', async () => {
    const { page } = await trip({ isNew: true })
    expect(page.get('[data-arrived]').text()).toContain('de ayer')
  })

  it('answers that phone, follows the ticks, and is over when it reached the phone', async () => {
    const { page, writes, becomes, send } = await trip({})
    await writes(NEW)
    await send()?.trigger('click')
    await flushPromises()
    const posted = page.calls.find(({ method }) => method === 'POST')
    expect(await posted?.clone().json()).toEqual({ phone: '5215577778888' })
    expect(page.get('[data-answer]').attributes('data-answer')).toBe('queued')
    await becomes('sent')
    expect(page.get('[data-answer]').attributes('data-answer')).toBe('sent')
    expect(page.text()).not.toContain('Ida y vuelta comprobada')
    await becomes('delivered')
    expect(page.text()).toContain('Ida y vuelta comprobada')
    await page.findAll('button').find((one) => one.text() === 'Listo')?.trigger('click')
    expect(page.emitted('done')).toHaveLength(1)
  })

  it('says why the answer was refused, and lets it be tried again', async () => {
    const explanation = { code: 'write_first', what: 'Nadie escribió desde ese teléfono.', todo: 'Escriba primero.', who: 'operator' }
    const { page, writes, send } = await trip({}, { sent: Response.json({ reason: 'write_first', explanation }, { status: 409 }) })
    await writes(NEW)
    await send()?.trigger('click')
    await flushPromises()
    expect(page.text()).toContain('Nadie escribió desde ese teléfono.')
    expect(send()?.exists()).toBe(true)
  })
})
