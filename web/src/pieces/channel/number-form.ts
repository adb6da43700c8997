// What is asked about a new number, and what is wrong with the answers.

import type { Schemas } from '@/api/client'
import { digitsOf, phoneProblem } from './phone'

export type Field = 'app_name' | 'app_id' | 'app_key' | 'phone' | 'name'
export type Answers = Record<Field, string>

export const nothingYet = (): Answers => ({ app_name: '', app_id: '', app_key: '', phone: '', name: '' })

/** The key of the sentence (`channel.new.wrong.…`) for each field that can't be sent. */
export function wrongIn(answers: Answers): Partial<Record<Field, string>> {
  const wrong: Partial<Record<Field, string>> = {}
  for (const field of ['app_name', 'app_id', 'app_key'] as const) {
    if (answers[field].trim() === '') wrong[field] = field
    else if (/\s/.test(answers[field].trim())) wrong[field] = 'spaces'
  }
  const phone = phoneProblem(answers.phone)
  if (phone !== null) wrong.phone = `phone_${phone}`
  return wrong
}

/** The channel to add. */
export function channelFrom(answers: Answers, line: string): Schemas['NewChannel'] {
  return {
    line_id: line,
    phone: digitsOf(answers.phone),
    app_id: answers.app_id.trim(),
    app_name: answers.app_name.trim(),
    app_key: answers.app_key.trim(),
    name: answers.name.trim(),
  }
}
