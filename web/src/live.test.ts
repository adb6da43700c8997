import { effectScope } from 'vue'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { sessionLost } from './api/trouble'
import { blocksOf, changedBy, Live } from './live'

function streamed(...pieces: string[]): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(encoder.encode(piece))
      controller.close()
    },
  })
}

async function all(blocks: AsyncGenerator<string>): Promise<string[]> {
  const found: string[] = []
  for await (const block of blocks) found.push(block)
  return found
}

describe('a stream of events', () => {
  it('is read block by block, however it was cut', async () => {
    const body = streamed(': ping\n\nevent: chan', 'ged\ndata: {"messages": true, "channels": false}\n', '\nretry: 5\r\n\r\n', 'event: unf')
    expect(await all(blocksOf(body as ReadableStream<BufferSource>))).toEqual([
      ': ping',
      'event: changed\ndata: {"messages": true, "channels": false}',
      'retry: 5',
    ])
  })

  it('says which topics changed', () => {
    expect(changedBy('event: changed\ndata: {"messages": true, "channels": false}')).toEqual(new Set(['messages']))
    expect(changedBy(': ping')).toEqual(new Set())
  })
})

describe('what changed', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('is told to those who listen to the topic, as long as they live', async () => {
    const answers = [new Response(streamed(': hello\n\n', 'event: changed\ndata: {"messages":true,"channels":false}\n\n'))]
    const live = new Live({ raw: () => Promise.resolve(answers.shift() ?? new Response(null, { status: 503 })) })
    const messages = vi.fn()
    const channels = vi.fn()
    const scope = effectScope()
    scope.run(() => {
      live.on('messages', messages)
      live.on('channels', channels)
    })
    void live.run()
    await vi.advanceTimersByTimeAsync(10)
    // once because the stream began (anything may have happened before), once for the event
    expect([messages.mock.calls.length, channels.mock.calls.length]).toEqual([2, 1])
    expect(live.state.value).toBe('stream')
    scope.stop()
    live.stop()
  })

  it('is asked for every few seconds where the stream does not open', async () => {
    const live = new Live({ raw: () => Promise.resolve(new Response(null, { status: 502 })) })
    const told = vi.fn()
    const scope = effectScope()
    scope.run(() => live.on('messages', told))
    void live.run()
    await vi.advanceTimersByTimeAsync(16_000)
    expect(live.state.value).toBe('polling')
    expect(told.mock.calls.length).toBe(3)
    live.stop()
    await vi.advanceTimersByTimeAsync(20_000)
    expect(told.mock.calls.length).toBe(3)
    scope.stop()
  })

  it('stops being asked for when the session is over', async () => {
    const raw = vi.fn(() => Promise.reject(sessionLost()))
    const live = new Live({ raw })
    void live.run()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(raw).toHaveBeenCalledTimes(1)
    expect(live.state.value).toBe('ended')
  })
})
