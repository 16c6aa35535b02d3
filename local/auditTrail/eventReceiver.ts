import { setTimeout } from 'node:timers/promises'
import type { EventEnvelope } from './localBus.ts'

export type EventReceiver = {
  send(event: EventEnvelope): void
  /** Resolves when every event has arrived or is given up. */
  settled(): Promise<void>
  /** Events that have not arrived are not tried again. */
  close(): void
}

const TRIES_MAX = 3
const PAUSE_MS = 1000
const TIMEOUT_MS = 3000
/** The most events that wait while the receiver hangs; further ones are dropped. */
const WAITING_MAX = 1000

/**
 * Post each event to an address, one after another, as a rule of EventBridge would. If the receiver does not
 * accept an event after a few tries, the event is logged and dropped.
 */
export function eventReceiver(
  url: string,
  tell: (line: string) => void,
  pause: (signal: AbortSignal) => Promise<unknown> = (signal) =>
    setTimeout(PAUSE_MS, undefined, { signal }),
): EventReceiver {
  const closing = new AbortController()
  let waiting = 0
  let last = Promise.resolve()

  async function deliver(event: EventEnvelope) {
    let why = ''
    for (let tries = 0; tries < TRIES_MAX && !closing.signal.aborted; tries += 1) {
      try {
        if (tries > 0) await pause(closing.signal)
        why = await post(url, event, closing.signal)
        if (why === '') return
      } catch (error) {
        why = reasonOf(error)
      }
    }
    if (!closing.signal.aborted) tell(lineOf(event, why))
  }

  return {
    send(event) {
      if (waiting >= WAITING_MAX) return tell(lineOf(event, 'too many wait'))
      waiting += 1
      last = last
        .then(() => deliver(event))
        .finally(() => {
          waiting -= 1
        })
    },
    settled: () => last,
    close: () => closing.abort(),
  }
}

/** An empty string if the event was accepted, or why it was not. */
async function post(url: string, event: EventEnvelope, closing: AbortSignal): Promise<string> {
  const { ok, status, body } = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(event),
    // A redirect could send the event to an address that the developer did not configure.
    redirect: 'manual',
    signal: AbortSignal.any([closing, AbortSignal.timeout(TIMEOUT_MS)]),
  })
  await body?.cancel()
  return ok ? '' : `it answered ${status}`
}

const lineOf = (event: EventEnvelope, why: string) =>
  `EVENTS_URL did not take ${event['detail-type']} of ${whose(event)}: ${why}`

const whose = ({ detail: { paymentId, payerId } }: EventEnvelope) =>
  paymentId === undefined ? `payer ${payerId}` : `payment ${paymentId}`

function reasonOf(error: unknown): string {
  const { name, cause } = error as Error
  const { code } = (cause ?? {}) as NodeJS.ErrnoException
  return code ?? name
}
