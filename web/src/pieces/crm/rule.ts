// A channel's rule for the CRM as a form: what is sent of it, and what its menus offer.

import type { Schemas } from '@/api/client'

export type Rule = Schemas['CrmRule']
export type Funnels = Schemas['CrmFunnels']
export type Becomes = Rule['becomes']

/** The kit's menus have no empty value: the first stage, whichever it is. */
export const FIRST = 'first'

export interface Form {
  becomes: Becomes
  category: string
  stage: string
  responsible: Rule['responsible']
  open: Rule['open_item']
}

export function formOf(rule: Rule): Form {
  return {
    becomes: rule.becomes,
    category: String(rule.category_id ?? 0),
    stage: rule.stage_id ?? FIRST,
    responsible: rule.responsible,
    open: rule.open_item,
  }
}

/** The order for our server; a stage only where there is one. */
export function orderOf(form: Form, version: number | null): Schemas['CrmRuleChange'] {
  const hasStage = form.becomes === 'lead' || form.becomes === 'deal'
  return {
    becomes: form.becomes,
    responsible: form.responsible,
    open_item: form.open,
    version,
    category_id: form.becomes === 'deal' ? Number(form.category) : null,
    stage_id: hasStage && form.stage !== FIRST ? form.stage : null,
  }
}

export interface Choice {
  value: string
  label: string
}

/** What can be chosen, and what was chosen once although Bitrix24 no longer has it. */
export function withChosen(choices: Choice[], chosen: string, gone: (name: string) => string): Choice[] {
  return choices.some(({ value }) => value === chosen) ? choices : [...choices, { value: chosen, label: gone(chosen) }]
}

export function stagesOf(funnels: Funnels | null, form: Form): Choice[] {
  const found = form.becomes === 'lead'
    ? funnels?.lead_stages
    : funnels?.funnels?.find(({ category_id }) => String(category_id) === form.category)?.stages
  return (found ?? []).map(({ stage_id, name }) => ({ value: stage_id, label: name }))
}
