// A long list read page by page from the newest on, whose head stays fresh while a person reads further down.

import { computed, shallowRef, type ComputedRef, type ShallowRef } from 'vue'
import { Trouble } from '@/api/trouble'

export interface Row {
  /** Ids grow with time. */
  message_id: string
}

export interface Page<T extends Row> {
  items: T[]
  /** The `before` of the next page; a page may be empty and have one. */
  next?: string | null
}

export interface Pages<T extends Row> {
  rows: ShallowRef<T[]>
  /** Has the first page come? */
  isKnown: ShallowRef<boolean>
  isLoading: ShallowRef<boolean>
  trouble: ShallowRef<Trouble | null>
  /** How many newer rows wait to be shown. */
  waiting: ComputedRef<number>
  hasMore: ComputedRef<boolean>
  /** Looked through many pages in vain; `more` goes on. */
  isPaused: ShallowRef<boolean>
  /** Forget everything and begin again: the filters changed. */
  begin: () => Promise<void>
  more: () => Promise<void>
  /** Ask for the head again; new rows are shown at once (`isAtTop`) or counted. Rows from `above` on are kept fresh too. */
  refresh: (isAtTop: boolean, above?: string) => Promise<void>
  /** Show what waits. */
  reveal: () => void
}

/** Pages in which nothing was found, one after the other, before a person is asked whether to go on. */
const IN_VAIN = 10

export function usePages<T extends Row>(load: (before?: string) => Promise<Page<T>>): Pages<T> {
  const rows = shallowRef<T[]>([])
  const next = shallowRef<string | null>(null)
  const head = shallowRef<Page<T> | null>(null)
  const isKnown = shallowRef(false)
  const isLoading = shallowRef(false)
  const isPaused = shallowRef(false)
  const trouble = shallowRef<Trouble | null>(null)
  let reading = 0

  /** Run `work` unless the list began again meanwhile. */
  async function during(work: (isStill: () => boolean) => Promise<void>): Promise<void> {
    const mine = reading
    const isStill = () => mine === reading
    try {
      await work(isStill)
      if (isStill()) trouble.value = null
    } catch (error) {
      if (isStill()) trouble.value = error instanceof Trouble ? error : new Trouble('fault', 500)
    }
  }

  async function begin(): Promise<void> {
    reading += 1
    rows.value = []
    next.value = null
    head.value = null
    isKnown.value = false
    await read()
  }

  async function more(): Promise<void> {
    if (isLoading.value || (isKnown.value && next.value === null)) return
    await read()
  }

  async function read(): Promise<void> {
    isLoading.value = true
    isPaused.value = false
    const mine = reading
    await during(async (isStill) => {
      for (let tries = 1; ; tries += 1) {
        const page = await load(next.value ?? undefined)
        if (!isStill()) return
        rows.value = [...rows.value, ...page.items]
        next.value = page.next ?? null
        isKnown.value = true
        if (page.items.length > 0 || next.value === null) return
        if (tries === IN_VAIN) {
          isPaused.value = true
          return
        }
      }
    })
    if (mine === reading) isLoading.value = false
  }

  async function refresh(isAtTop: boolean, above?: string): Promise<void> {
    if (!isKnown.value && isLoading.value) return
    if (!isKnown.value) return begin()
    await during(async (isStill) => {
      const [page, seen] = await Promise.all([load(), above === undefined || isAtTop ? null : load(above)])
      if (!isStill()) return
      head.value = page
      if (isAtTop) reveal()
      else rows.value = renewed(rows.value, [...page.items, ...(seen?.items ?? [])])
    })
  }

  function reveal(): void {
    if (head.value === null) return
    const joined = joinedTo(head.value, rows.value)
    rows.value = joined.rows
    if (joined.isCut) next.value = head.value.next ?? null
    head.value = null
  }

  const waiting = computed(() => {
    const newest = rows.value[0]?.message_id ?? ''
    return head.value?.items.filter((row) => row.message_id > newest).length ?? 0
  })
  const hasMore = computed(() => next.value !== null)
  return { rows, isKnown, isLoading, trouble, waiting, hasMore, isPaused, begin, more, refresh, reveal }
}

/** The same rows in the same order, with what is newly known of them. */
function renewed<T extends Row>(rows: T[], known: T[]): T[] {
  const found = new Map(known.map((row) => [row.message_id, row]))
  return rows.map((row) => found.get(row.message_id) ?? row)
}

/** The head, then the older rows; cut where so much is new that a full head does not reach them. */
function joinedTo<T extends Row>(head: Page<T>, rows: T[]): { rows: T[]; isCut: boolean } {
  const end = head.next
  if (end == null) return { rows: head.items, isCut: true }
  const isFull = head.items.at(-1)?.message_id === end
  const newest = rows[0]?.message_id
  if (isFull && newest !== undefined && newest < end) return { rows: head.items, isCut: true }
  return { rows: [...head.items, ...rows.filter((row) => row.message_id < end)], isCut: false }
}
