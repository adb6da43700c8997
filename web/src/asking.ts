// Data on a page: loaded, kept fresh, and what went wrong with it.

import { onScopeDispose, shallowRef, type ShallowRef } from 'vue'
import { Trouble } from './api/trouble'
import { useApplication } from './application'
import type { Topic } from './live'

export interface Asked<T> {
  /** Null until it came the first time; kept while it is asked again. */
  data: ShallowRef<T | null>
  trouble: ShallowRef<Trouble | null>
  isLoading: ShallowRef<boolean>
  /** Ask now; calls that overlap become one. */
  refresh: () => Promise<void>
}

const AGAIN_MS = 5_000

/** Ask with `load` now and whenever something of `topic` changed; what passes by itself is tried again. */
export function useAsked<T>(load: () => Promise<T>, topic?: Topic): Asked<T> {
  const { live } = useApplication()
  const data = shallowRef<T | null>(null)
  const trouble = shallowRef<Trouble | null>(null)
  const isLoading = shallowRef(true)
  let running: Promise<void> | null = null
  let isStale = false
  let retry: ReturnType<typeof setTimeout> | undefined

  async function ask(): Promise<void> {
    clearTimeout(retry)
    isLoading.value = true
    try {
      do {
        isStale = false
        data.value = await load()
      } while (isStale)
      trouble.value = null
    } catch (error) {
      trouble.value = error instanceof Trouble ? error : new Trouble('fault', 500)
      if (trouble.value.passes) retry = setTimeout(() => void refresh(), AGAIN_MS)
    } finally {
      isLoading.value = false
    }
  }

  function refresh(): Promise<void> {
    if (running !== null) {
      isStale = true
      return running
    }
    running = ask().finally(() => {
      running = null
    })
    return running
  }

  if (topic !== undefined) live.on(topic, () => void refresh())
  onScopeDispose(() => clearTimeout(retry))
  void refresh()
  return { data, trouble, isLoading, refresh }
}
