/** Test support: a browser as the worker sees it. */
import type {
  Pressed,
  PushHeard,
  Shown,
  WorkerScope,
} from '../../../../web/approve/worker/scope.ts'

export const ORIGIN = 'https://pay.example.com'

export type OnScreen = { readonly title: string; readonly options: Shown; closed: boolean }

type FakeWindow = { readonly url: string; readonly takesFocus: boolean; focused: boolean }

/** Everything that the worker does to it can be read. */
export function fakeScope({ tellsShown = true, takes = (_title: string): boolean => true } = {}) {
  const listeners = new Map<string, (event: never) => void>()
  const shown: OnScreen[] = []
  const windows: FakeWindow[] = []
  const opened: string[] = []
  const told: unknown[] = []
  const done: string[] = []
  const scope: WorkerScope = {
    location: { origin: ORIGIN },
    registration: {
      async showNotification(title, options) {
        if (!takes(title)) throw new TypeError('these words cannot be shown')
        shown.push({ title, options, closed: false })
      },
      async getNotifications() {
        if (!tellsShown) throw new TypeError('not told')
        return shown
          .filter(({ closed }) => !closed)
          .map((one) => ({ data: one.options.data, close: () => close(one) }))
      },
      pushManager: { subscribe: () => Promise.reject(new DOMException('no', 'AbortError')) },
    },
    clients: {
      matchAll: async () =>
        windows.map((one) => ({
          url: one.url,
          async focus() {
            if (!one.takesFocus) throw new DOMException('no', 'InvalidAccessError')
            one.focused = true
          },
          postMessage: (message: unknown) => void told.push(message),
        })),
      openWindow: async (url) => void opened.push(url),
      claim: async () => void done.push('claim'),
    },
    skipWaiting: async () => void done.push('skipWaiting'),
    addEventListener(type: string, listener: (event: never) => void) {
      listeners.set(type, listener)
    },
  }

  /** Resolves when the worker has done all that it wanted the browser to wait for. */
  async function fire(type: string, event: object): Promise<void> {
    const work: Promise<unknown>[] = []
    const waitUntil = (one: Promise<unknown>) => void work.push(one)
    listeners.get(type)?.({ ...event, waitUntil } as never)
    await Promise.all(work)
  }

  return {
    scope,
    shown,
    windows,
    opened,
    told,
    done,
    /** What the worker listens to. */
    heard: () => [...listeners.keys()],
    fire,
    push: (data: PushHeard['data']) => fire('push', { data }),
    pushText: (text: string) => fire('push', { data: { text: () => text } }),
    press: (one: OnScreen) =>
      fire('notificationclick', {
        notification: { data: one.options.data, close: () => close(one) },
      } satisfies Omit<Pressed, 'waitUntil'>),
  }
}

const close = (one: OnScreen): void => {
  one.closed = true
}
