// How far the set-up of a portal is, from the worker's last report (worker/repairs.py).

import type { Schemas } from '@/api/client'

export type StepState = 'waiting' | 'running' | 'done' | 'failed'
export type Step = 'register' | 'events' | 'lines'

const STEP_OF_REPAIR: Record<string, Step> = {
  Register: 'register',
  BindEvent: 'events',
  UnbindEvent: 'events',
  ConnectLine: 'lines',
}

type SetUp = Pick<Schemas['Portal'], 'repaired_at' | 'repair_failures' | 'repair_report'>

interface Report {
  done?: string[]
  broken?: { step: string; code: string }[]
}

export function isSetUp({ repaired_at, repair_failures }: SetUp): boolean {
  return repaired_at !== null && repaired_at !== undefined && repair_failures === 0
}

export function progressOf(portal: SetUp | null): Record<Step, StepState> {
  const steps: Record<Step, StepState> = { register: 'running', events: 'waiting', lines: 'waiting' }
  if (portal === null) return steps
  if (isSetUp(portal)) return { register: 'done', events: 'done', lines: 'done' }
  const { done = [], broken = [] } = portal.repair_report as Report
  for (const repair of done) {
    const step = STEP_OF_REPAIR[repair]
    if (step !== undefined) steps[step] = 'done'
  }
  for (const { step: repair } of broken) {
    const step = STEP_OF_REPAIR[repair]
    if (step !== undefined) steps[step] = 'failed'
  }
  if (portal.repair_failures > 0 && broken.length === 0) steps.register = 'failed'
  return steps
}
