// Plans by their code: the version on offer and those before it; what a form asks to publish.

import type { Schemas } from '@/api/client'

export type PlanVersion = Schemas['PlanVersion']
export type PlanOrder = Schemas['PlanOrder']
export const FEATURES = ['send', 'templates', 'broadcast', 'robots', 'api'] as const
const MILLION = 1_000_000

export interface PlanLine {
  newest: PlanVersion
  older: PlanVersion[]
}

/** One line a code, each with its newest version first; those on offer before those that are not. */
export function linesOf(versions: PlanVersion[]): PlanLine[] {
  const codes = [...new Set(versions.map(({ code }) => code))]
  return codes
    .map((code) => versions.filter((one) => one.code === code).sort((a, b) => b.version - a.version))
    .flatMap(([newest, ...older]) => (newest === undefined ? [] : [{ newest, older }]))
    .sort((a, b) => Number(b.newest.is_offered) - Number(a.newest.is_offered))
}

/** What the form holds; numbers as they are typed. */
export interface PlanForm {
  code: string
  es: string
  en: string
  pt: string
  price: string
  currency: string
  every: 'month' | 'year'
  included: string
  categories: string[]
  features: string[]
  trial: string
  grace: string
  tariff: string
  isDefault: boolean
}

/** The form of a new plan, or of the next version of one. */
export function formOf(plan: PlanVersion | null): PlanForm {
  return {
    code: plan?.code ?? '',
    es: plan?.names['es'] ?? '',
    en: plan?.names['en'] ?? '',
    pt: plan?.names['pt'] ?? '',
    price: plan === null ? '' : String(plan.price / MILLION),
    currency: plan?.currency ?? 'USD',
    every: plan?.every ?? 'month',
    included: String(plan?.included_messages ?? 0),
    categories: plan?.included_categories ?? ['service'],
    features: plan === null ? [...FEATURES] : FEATURES.filter((name) => plan.features[name]),
    trial: String(plan?.trial_days ?? 14),
    grace: String(plan?.grace_days ?? 5),
    tariff: plan?.tariff ?? 'default',
    isDefault: plan?.is_default ?? false,
  }
}

/** The order of a form; null while something is missing or is no number. */
export function orderOf(form: PlanForm): PlanOrder | null {
  const whole = (typed: string) => (/^\d{1,9}$/.test(String(typed).trim()) ? Number(typed) : null)
  const [included, trial, grace] = [whole(form.included), whole(form.trial), whole(form.grace)]
  const price = String(form.price).trim().replace(',', '.')
  const names = { es: form.es.trim(), en: form.en.trim(), pt: form.pt.trim() }
  const isWhole = included !== null && trial !== null && trial <= 365 && grace !== null && grace <= 27
  const isNamed = /^[a-z][a-z0-9_]{0,39}$/.test(form.code) && /^[a-z][a-z0-9_]{0,39}$/.test(form.tariff) && Object.values(names).every(Boolean)
  if (!isWhole || !isNamed || !/^\d{1,9}(\.\d{1,6})?$/.test(price) || !/^[A-Z]{3}$/.test(form.currency)) return null
  return {
    code: form.code,
    names,
    price,
    currency: form.currency,
    every: form.every,
    features: Object.fromEntries(FEATURES.map((name) => [name, form.features.includes(name)])),
    included_messages: included,
    included_categories: form.categories as PlanOrder['included_categories'],
    trial_days: trial,
    grace_days: grace,
    tariff: form.tariff,
    // Left out it stays as it is: a plan stops being the default one only when another becomes it.
    ...(form.isDefault ? { is_default: true } : {}),
  }
}
