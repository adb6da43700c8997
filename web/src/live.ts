// What changed, told by our server's events; where a proxy swallows the stream, by asking every few seconds.

import { onScopeDispose, readonly, ref } from 'vue'
import type { Api } from './api/client'
import { Trouble } from './api/trouble'

export type Topic = 'messages' | 'channels'
type Told = (topics: ReadonlySet<Topic>) => void

const POLL_MS = 5_000
const AGAIN_MS = [1_000, 2_000, 5_000, 15_000]
const ALL: ReadonlySet<Topic> = new Set(['messages', 'channels'])

/**
 * `stream`: events arrive. `polling`: everything is asked again every few seconds. `off`: not connected yet.
 * `ended`: the session is over, nothing is asked any more.
 */
export type Liveness = 'off' | 'stream' | 'polling' | 'ended'

export class Live {
  readonly #state = ref<Liveness>('off')
  readonly state = readonly(this.#state)
  readonly #listeners = new Set<{ topic: Topic; told: Told }>()
  #poll: ReturnType<typeof setInterval> | null = null
  #stopped = new AbortController()

  constructor(private readonly api: Pick<Api, 'raw'>) {}

  /** Call `told` when something of `topic` changed, until the calling component is gone. */
  on(topic: Topic, told: () => void): void {
    const listener = { topic, told }
    this.#listeners.add(listener)
    onScopeDispose(() => this.#listeners.delete(listener))
  }

  /** Keeps the stream open for as long as the page lives. */
  async run(): Promise<void> {
    for (let failures = 0; !this.#stopped.signal.aborted; ) {
      const hadEvents = await this.#follow().catch((trouble: unknown) => {
        if (trouble instanceof Trouble && trouble.code === 'session') {
          this.stop()
          this.#state.value = 'ended'
        }
        return false
      })
      failures = hadEvents ? 0 : failures + 1
      if (!hadEvents) this.#fallBack()
      await this.#pause(AGAIN_MS[Math.min(failures, AGAIN_MS.length - 1)] ?? POLL_MS)
    }
  }

  stop(): void {
    this.#stopped.abort()
    this.#standDown()
  }

  /** Read one stream to its end; true when it was one. */
  async #follow(): Promise<boolean> {
    const address = new URL('/api/v1/events', location.href)
    const answer = await this.api.raw(
      new Request(address, { headers: { Accept: 'text/event-stream' }, signal: this.#stopped.signal, cache: 'no-store' }),
    )
    if (!answer.ok || answer.body === null) return false
    let opened = false
    for await (const block of blocksOf(answer.body as ReadableStream<BufferSource>)) {
      if (!opened) {
        opened = true
        this.#standDown()
        this.#state.value = 'stream'
        this.#tell(ALL)
      }
      const topics = changedBy(block)
      if (topics.size > 0) this.#tell(topics)
    }
    return opened
  }

  #tell(topics: ReadonlySet<Topic>): void {
    for (const { topic, told } of this.#listeners) if (topics.has(topic)) told(topics)
  }

  #fallBack(): void {
    if (this.#poll !== null || this.#stopped.signal.aborted) return
    this.#state.value = 'polling'
    this.#poll = setInterval(() => this.#tell(ALL), POLL_MS)
  }

  #standDown(): void {
    if (this.#poll !== null) clearInterval(this.#poll)
    this.#poll = null
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#stopped.signal.addEventListener('abort', () => {
        clearTimeout(timer)
        resolve()
      }, { once: true })
    })
  }
}

/** The blocks of a `text/event-stream`, which an empty line ends. */
export async function* blocksOf(body: ReadableStream<BufferSource>): AsyncGenerator<string> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  let waiting = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    waiting += value.replaceAll('\r', '')
    for (let end = waiting.indexOf('\n\n'); end >= 0; end = waiting.indexOf('\n\n')) {
      yield waiting.slice(0, end)
      waiting = waiting.slice(end + 2)
    }
  }
}

/** The topics of a `changed` event; none for anything else. */
export function changedBy(block: string): Set<Topic> {
  const fields = block.split('\n')
  if (!fields.includes('event: changed')) return new Set()
  const data = fields.filter((field) => field.startsWith('data: ')).map((field) => field.slice(6)).join('\n')
  const said = JSON.parse(data) as Record<Topic, boolean>
  return new Set([...ALL].filter((topic) => said[topic]))
}
