// Something done to a channel at our server: which deed runs, and what went wrong with the last one.

import { shallowRef, type ShallowRef } from 'vue'
import { Trouble } from '@/api/trouble'

export interface Changing {
  /** The deed that runs now. */
  running: ShallowRef<string | null>
  trouble: ShallowRef<Trouble | null>
  /** Does it, unless another runs; true when it was done. */
  change: (deed: string, call: () => Promise<unknown>) => Promise<boolean>
  /** The last deed once more. */
  again: () => Promise<boolean>
}

export function useChanging(): Changing {
  const running = shallowRef<string | null>(null)
  const trouble = shallowRef<Trouble | null>(null)
  let last: () => Promise<boolean> = () => Promise.resolve(false)

  async function change(deed: string, call: () => Promise<unknown>): Promise<boolean> {
    if (running.value !== null) return false
    last = () => change(deed, call)
    running.value = deed
    trouble.value = null
    try {
      await call()
      return true
    } catch (error) {
      trouble.value = error instanceof Trouble ? error : new Trouble('fault', 500)
      return false
    } finally {
      running.value = null
    }
  }

  return { running, trouble, change, again: () => last() }
}
