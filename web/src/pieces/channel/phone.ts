// A telephone number as a person types it.

export type PhoneProblem = 'empty' | 'letters' | 'zero' | 'short' | 'long'

/** `+52 (1) 555-000-1111` → `5215550001111`. */
export function digitsOf(typed: string): string {
  return typed.replace(/[\s().+-]/g, '')
}

/** Why this is no number with its country code (E.164: at most 15 digits, none begins with 0); null where it is one. */
export function phoneProblem(typed: string): PhoneProblem | null {
  const digits = digitsOf(typed)
  if (digits === '') return 'empty'
  if (!/^\d+$/.test(digits)) return 'letters'
  if (digits.startsWith('0')) return 'zero'
  if (digits.length < 8) return 'short'
  return digits.length > 15 ? 'long' : null
}
