import type { Emitted } from './world'

interface Queued extends Emitted {
  readonly order: number
}

/** Events by their time; of one moment, packets go before timers and otherwise in the order added. A binary heap. */
export class EventQueue {
  readonly #heap: Queued[] = []
  #order = 0
  #packets = 0

  add(emitted: Emitted): void {
    if (isPacket(emitted)) this.#packets++
    const heap = this.#heap
    let place = heap.push({ ...emitted, order: this.#order++ }) - 1
    while (place > 0) {
      const parent = (place - 1) >> 1
      if (!before(heap[place], heap[parent])) break
      swap(heap, place, parent)
      place = parent
    }
  }

  take(): Emitted | undefined {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (!first || !last) return undefined
    if (isPacket(first)) this.#packets--
    if (heap.length > 0) {
      heap[0] = last
      this.#sink()
    }
    return first
  }

  /** Whether a packet is on its way somewhere. */
  hasPackets(): boolean {
    return this.#packets > 0
  }

  #sink(): void {
    const heap = this.#heap
    for (let place = 0; ; ) {
      const left = 2 * place + 1
      const right = left + 1
      let least = place
      if (before(heap[left], heap[least])) least = left
      if (before(heap[right], heap[least])) least = right
      if (least === place) return
      swap(heap, place, least)
      place = least
    }
  }
}

const isPacket = ({ event }: Emitted) => event.kind === 'arrival' || event.kind === 'local-delivery'

function before(a: Queued | undefined, b: Queued | undefined): boolean {
  if (!a || !b) return a !== undefined
  if (a.atMs !== b.atMs) return a.atMs < b.atMs
  if (isPacket(a) !== isPacket(b)) return isPacket(a)
  return a.order < b.order
}

function swap(heap: Queued[], a: number, b: number): void {
  const [left, right] = [heap[a], heap[b]]
  if (left && right) {
    heap[a] = right
    heap[b] = left
  }
}
