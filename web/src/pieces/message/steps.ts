// The timeline as a person reads it: an attempt is one step with its outcome and what went over the wire.

import type { Schemas } from '@/api/client'

export type Entry = Schemas['TimelineEntry']

export interface Step {
  /** Stays the same while the story grows. */
  key: string
  at: string
  /** How long after the story's first step. */
  after_ms: number
  duration_ms: number | null
  party: string | null
  /** The text that says it (`message.step.…`), and what it mentions. */
  text: string
  said: { number: number; method: string }
  mood: 'good' | 'plain' | 'waiting' | 'bad'
  explanation: Entry['explanation']
  /** What support reads: the entries as they are recorded. */
  evidence: Entry[]
}

/** An exchange is recorded when it ended, which may be a moment after its attempt's outcome. */
const SLACK_MS = 1_000

const RECEIPTS = ['submitted', 'enqueued', 'sent', 'delivered', 'read', 'failed']
const VERDICTS = ['arrived', 'absent', 'resend', 'drop']
const CHARGES = ['held', 'captured', 'released', 'reversed']

/** The steps of a story in order of time. */
export function stepsOf(entries: Entry[]): Step[] {
  const first = Date.parse(entries[0]?.at ?? '')
  const steps: Step[] = []
  entries.forEach((entry, index) => {
    if (entry.what === 'outcome') {
      const attempt = steps.findLast((step) => isAttempt(step, entry))
      if (attempt !== undefined) {
        settle(attempt, entry)
        return
      }
    }
    steps.push(stepOf(entry, index, first))
  })
  return [...nested(steps), ...erasures(entries, first)]
}

/** That a message's contents went with its channel is told by the message itself, and comes last. */
function erasures(entries: Entry[], first: number): Step[] {
  return entries
    .filter((entry) => entry.what === 'message' && typeof entry.detail.erased_at === 'string')
    .map((entry, index) => {
      const at = String(entry.detail.erased_at)
      return { ...stepOf({ ...entry, at, detail: {} }, index, first), key: `erased ${entry.message_id ?? ''}`, text: 'message.step.erased' }
    })
}

function stepOf(entry: Entry, index: number, first: number): Step {
  return {
    key: `${entry.at} ${entry.what} ${entry.message_id ?? ''} ${index}`,
    at: entry.at,
    after_ms: Math.max(Date.parse(entry.at) - first, 0),
    duration_ms: entry.duration_ms ?? null,
    party: entry.party ?? null,
    text: textOf(entry),
    said: { number: Number(entry.detail.number ?? 1), method: String(entry.detail.method ?? entry.detail.event ?? '') },
    mood: moodOf(entry),
    // What stands in the message's row is its present reason; the step that brought it tells it.
    explanation: entry.what === 'message' ? null : (entry.explanation ?? null),
    evidence: [entry],
  }
}

function isAttempt({ evidence: [entry] }: Step, outcome: Entry): boolean {
  return entry?.what === 'attempt' && entry.message_id === outcome.message_id && entry.detail.number === outcome.detail.number
}

function settle(attempt: Step, outcome: Entry): void {
  attempt.text = textOf(outcome)
  attempt.mood = moodOf(outcome)
  attempt.duration_ms = outcome.duration_ms ?? null
  attempt.explanation = outcome.explanation ?? null
  attempt.evidence.push(outcome)
}

/** Exchanges that an attempt made go into its evidence. */
function nested(steps: Step[]): Step[] {
  const attempts = steps.filter((step) => step.evidence[0]?.what === 'attempt')
  return steps.filter((step) => {
    const [entry] = step.evidence
    if (entry?.what !== 'log' || entry.detail.direction !== 'out') return true
    const at = Date.parse(entry.at)
    const attempt = attempts.findLast(
      (one) => one.evidence[0]?.message_id === entry.message_id && one.party === entry.party && Date.parse(one.at) <= at && at <= endOf(one) + SLACK_MS,
    )
    attempt?.evidence.push(entry)
    return attempt === undefined
  })
}

function endOf({ at, duration_ms }: Step): number {
  return duration_ms === null ? Infinity : Date.parse(at) + duration_ms
}

function textOf({ what, outcome, detail }: Entry): string {
  const one = (names: string[], name: unknown) => (names.includes(String(name)) ? String(name) : 'other')
  switch (what) {
    case 'received':
      return `message.step.received.${one(['whatsapp', 'open_line', 'panel', 'api'], detail.source)}`
    case 'message':
      return detail.source === 'mirror' ? 'message.step.mirrored' : 'message.step.stored'
    case 'checked':
      return `message.step.checked.${outcome === 'refused' ? 'refused' : 'accepted'}`
    case 'charge':
      return `message.step.charge.${one(CHARGES, outcome)}`
    case 'attempt':
      return 'message.step.attempt.running'
    case 'outcome':
      return `message.step.attempt.${one(['accepted', 'retry', 'failed', 'unknown'], outcome)}`
    case 'receipt':
      return receiptText(outcome, detail)
    case 'parked':
      return 'message.step.parked'
    case 'notice':
      return `message.step.notice.${one(['tick', 'trouble', 'verify'], detail.kind)}`
    case 'told':
      return `message.step.told.${one(['tick', 'trouble'], outcome)}`
    default:
      return `message.step.log.${detail.direction === 'in' ? 'in' : 'out'}`
  }
}

function receiptText(outcome: Entry['outcome'], detail: Entry['detail']): string {
  const inner = detail.detail as { verdict?: string; actor?: string } | undefined
  const verdict = inner?.verdict
  if (verdict !== undefined && VERDICTS.includes(verdict)) {
    return `message.step.${inner?.actor === 'worker' ? 'found' : 'decided'}.${verdict}`
  }
  return `message.step.receipt.${RECEIPTS.includes(String(outcome)) ? String(outcome) : 'other'}`
}

function moodOf({ what, outcome, level, detail }: Entry): Step['mood'] {
  if (level === 'ERROR' || outcome === 'failed' || outcome === 'refused') return 'bad'
  if (['notice', 'parked'].includes(what) || (what === 'attempt' && outcome == null)) return 'waiting'
  if (level === 'WARN' || outcome === 'unknown' || outcome === 'retry') return 'waiting'
  if (what === 'receipt') return detail.to == null ? 'plain' : 'good'
  if (what === 'outcome' || what === 'told') return 'good'
  return 'plain'
}
