// What the last set-up of a portal did (worker/repairs.py), step by step.

import type { Schemas } from '@/api/client'

const STEPS = ['Register', 'BindEvent', 'UnbindEvent', 'ConnectLine', 'UnbindPlacement'] as const
export type SetUpStep = (typeof STEPS)[number] | 'other'

export interface Reported {
  step: SetUpStep
  /** Why it could not be done. */
  code: string | null
}

interface Report {
  done?: string[]
  broken?: { step: string; code: string }[]
}

/** Each kind of step once, those that are broken first. */
export function reportOf(report: Schemas['Portal']['repair_report']): Reported[] {
  const { done = [], broken = [] } = report as Report
  const found = new Map<SetUpStep, Reported>()
  for (const { step, code } of broken) found.set(named(step), { step: named(step), code })
  for (const step of done) if (!found.has(named(step))) found.set(named(step), { step: named(step), code: null })
  return [...found.values()]
}

function named(step: string): SetUpStep {
  return STEPS.find((one) => one === step) ?? 'other'
}
