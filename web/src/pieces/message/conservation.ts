// The last day in one line: what was received and where it stands.

import type { Schemas } from '@/api/client'

export interface Balance {
  accepted: number
  done: number
  waiting: number
  failed: number
  unknown: number
  quarantined: number
  /** Does the sum hold, and does every waiting message stand in its queue? */
  isSound: boolean
}

export function balanceOf(hours: Schemas['ConservationHour'][]): Balance {
  const sum = (of: (hour: Schemas['ConservationHour']) => number) => hours.reduce((total, hour) => total + of(hour), 0)
  return {
    accepted: sum((hour) => hour.accepted),
    done: sum((hour) => hour.done),
    waiting: sum((hour) => hour.waiting),
    failed: sum((hour) => hour.failed + hour.refused + hour.expired),
    unknown: sum((hour) => hour.unknown),
    quarantined: sum((hour) => hour.quarantined),
    isSound: hours.every((hour) => hour.balance === 0 && hour.adrift === 0),
  }
}
