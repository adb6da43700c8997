// Countries as the person calls them.

import { useI18n } from 'vue-i18n'
import { LOCALES } from '@/i18n'
import type { Language } from '@/session'

/** The name of an ISO 3166 alpha-2 code; `*` is every other country, nothing is unknown. */
export function useCountries(): (code: string) => string {
  const { t, locale } = useI18n()
  const names = new Intl.DisplayNames([LOCALES[locale.value as Language]], { type: 'region', fallback: 'code' })
  return (code) => {
    if (code === '*') return t('business.tariffs.everywhere')
    return /^[A-Z]{2}$/.test(code) ? (names.of(code) ?? code) : code || t('business.margins.nowhere')
  }
}
