// Days, as the person writes them.

import { useI18n } from 'vue-i18n'
import { LOCALES } from '@/i18n'
import type { Language } from '@/session'

export interface Days {
  /** Of a calendar: `2026-11-22` as `22 nov`. */
  day: (day: string) => string
  /** The day of an instant by the person's clock, with its year. */
  date: (instant: string) => string
}

export function useDays(): Days {
  const { locale } = useI18n()
  const spoken = LOCALES[locale.value as Language]
  const short = new Intl.DateTimeFormat(spoken, { day: 'numeric', month: 'short', timeZone: 'UTC' })
  const whole = new Intl.DateTimeFormat(spoken, { dateStyle: 'long' })
  return {
    day: (day) => short.format(new Date(`${day}T00:00:00Z`)),
    date: (instant) => whole.format(new Date(instant)),
  }
}
