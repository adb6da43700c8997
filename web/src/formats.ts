// Dates, numbers, money and telephone numbers as the person reads them.

import { useI18n } from 'vue-i18n'
import { LOCALES } from './i18n'
import type { Language } from './session'

export interface Formats {
  /** `15:04` today, `2 mar, 15:04` this year, with the year before that. */
  when: (instant: string, now?: Date) => string
  /** To the millisecond, for timelines. */
  exactly: (instant: string) => string
  number: (value: number) => string
  /** `value` in units of `currency`, such as 12.5 and `USD`. */
  money: (value: number, currency: string) => string
  phone: (digits: string) => string
  lasting: (ms: number) => string
  /** Of a file, such as `1.2 MB`. */
  size: (bytes: number) => string
}

export function formatsOf(language: Language): Formats {
  const locale = LOCALES[language]
  const time = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' })
  const day = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' })
  const year = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' })
  const exact = new Intl.DateTimeFormat(locale, {
    day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3,
  })
  const numbers = new Intl.NumberFormat(locale)
  const sized = (value: number, unit: string) => new Intl.NumberFormat(locale, { style: 'unit', unit, maximumFractionDigits: 1 }).format(value)
  return {
    when(instant, now = new Date()) {
      const at = new Date(instant)
      if (at.toDateString() === now.toDateString()) return time.format(at)
      return at.getFullYear() === now.getFullYear() ? day.format(at) : year.format(at)
    },
    exactly: (instant) => exact.format(new Date(instant)),
    number: (value) => numbers.format(value),
    money: (value, currency) =>
      new Intl.NumberFormat(locale, { style: 'currency', currency, maximumFractionDigits: 4 }).format(value),
    phone: (digits) => (/^\d+$/.test(digits) ? `+${digits}` : digits),
    lasting: (ms) => (ms < 1000 ? `${numbers.format(Math.round(ms))} ms` : `${numbers.format(Math.round(ms / 100) / 10)} s`),
    size(bytes) {
      if (bytes < 1_000) return sized(bytes, 'byte')
      return bytes < 1_000_000 ? sized(bytes / 1_000, 'kilobyte') : sized(bytes / 1_000_000, 'megabyte')
    },
  }
}

export function useFormats(): Formats {
  const { locale } = useI18n()
  return formatsOf(locale.value as Language)
}
