import { describe, expect, it } from 'vitest'
import es from '@/locales/es'
import { stepsOf, type Entry } from './steps'

const MESSAGE = '0190b3c4-0000-7000-8000-000000000001'

function entry(second: number, what: Entry['what'], rest: Partial<Entry> = {}): Entry {
  const at = new Date(Date.UTC(2026, 10, 22, 18, 0, second)).toISOString()
  return { at, what, level: 'INFO', summary: '', message_id: MESSAGE, detail: {}, party: null, duration_ms: null, outcome: null, explanation: null, ...rest }
}
const texts = (entries: Entry[]) => stepsOf(entries).map((step) => step.text)

describe('the story of a message', () => {
  it('tells an attempt as one step with its outcome, its duration and what went over the wire', () => {
    const steps = stepsOf([
      entry(0, 'received', { detail: { source: 'open_line' }, party: 'bitrix24' }),
      entry(1, 'attempt', { party: 'gupshup', detail: { number: 1 } }),
      entry(2, 'log', { party: 'gupshup', detail: { direction: 'out', method: 'POST /msg', status: 202 } }),
      entry(2, 'outcome', { party: 'gupshup', outcome: 'accepted', duration_ms: 1_000, detail: { number: 1 } }),
    ])
    expect(steps.map((step) => [step.text, step.after_ms, step.mood])).toEqual([
      ['message.step.received.open_line', 0, 'plain'],
      ['message.step.attempt.accepted', 1_000, 'good'],
    ])
    expect(steps[1]?.duration_ms).toBe(1_000)
    expect(steps[1]?.evidence.map((one) => one.what)).toEqual(['attempt', 'outcome', 'log'])
  })

  it('keeps every attempt with its own outcome', () => {
    const steps = stepsOf([
      entry(0, 'attempt', { party: 'gupshup', detail: { number: 1 } }),
      entry(1, 'outcome', { party: 'gupshup', outcome: 'retry', level: 'WARN', duration_ms: 900, detail: { number: 1 } }),
      entry(5, 'attempt', { party: 'gupshup', detail: { number: 2 } }),
    ])
    expect(steps.map((step) => [step.text, step.said.number, step.mood])).toEqual([
      ['message.step.attempt.retry', 1, 'waiting'],
      ['message.step.attempt.running', 2, 'waiting'],
    ])
  })

  it('shows an exchange that no attempt made by itself', () => {
    expect(texts([
      entry(0, 'attempt', { party: 'gupshup', detail: { number: 1 } }),
      entry(1, 'outcome', { party: 'gupshup', outcome: 'accepted', duration_ms: 1_000, detail: { number: 1 } }),
      entry(9, 'log', { party: 'bitrix24', detail: { direction: 'out', method: 'imconnector.send.status.delivery' } }),
    ])).toEqual(['message.step.attempt.accepted', 'message.step.log.out'])
  })

  it('explains a failure where it happened, not where the message was stored', () => {
    const explanation = { code: '131026', what: 'No llegó.', todo: 'Llame.', who: 'operator' as const }
    const steps = stepsOf([entry(0, 'message', { explanation }), entry(9, 'receipt', { outcome: 'failed', level: 'ERROR', explanation })])
    expect(steps.map((step) => [step.mood, step.explanation?.code])).toEqual([['plain', undefined], ['bad', '131026']])
  })

  it('says last of all that the contents were erased, and when', () => {
    const steps = stepsOf([
      entry(0, 'message', { detail: { erased_at: '2026-12-01T00:00:00Z' } }),
      entry(3, 'receipt', { outcome: 'delivered', detail: { to: 'delivered' } }),
    ])
    expect(steps.map((step) => step.text)).toEqual(['message.step.stored', 'message.step.receipt.delivered', 'message.step.erased'])
    expect(steps.at(-1)?.at).toBe('2026-12-01T00:00:00Z')
  })

  it('says whether a person or the system settled what was unknown', () => {
    expect(texts([
      entry(0, 'receipt', { outcome: 'submitted', detail: { detail: { verdict: 'arrived', actor: '7' }, to: 'submitted' } }),
      entry(1, 'receipt', { outcome: 'return', detail: { detail: { verdict: 'absent', actor: 'worker' } } }),
    ])).toEqual(['message.step.decided.arrived', 'message.step.found.absent'])
  })

  it('has words for whatever may come', () => {
    const known = JSON.stringify(es.message.step)
    for (const what of ['received', 'charge', 'outcome', 'receipt', 'notice', 'told', 'log', 'message', 'checked', 'parked', 'attempt'] as const) {
      const [step] = stepsOf([entry(0, what, { outcome: 'never heard of' })])
      const path = step?.text.split('.').slice(2) ?? []
      const words = path.reduce<unknown>((tree, name) => (tree as Record<string, unknown> | undefined)?.[name], es.message.step)
      expect(words, `${step?.text} in ${known}`).toBeTypeOf('string')
    }
  })
})
