/** What the worker uses of its browser; TypeScript's types for pages have no types of workers. */

export type Shown = {
  readonly body: string
  readonly tag: string
  readonly icon: string
  /** Ring again although one of the same tag is shown. */
  readonly renotify: boolean
  readonly data: { readonly place: string; readonly shownAt: number }
}

type ShownNotification = { readonly data: unknown; close(): void }

type WorkerWindow = {
  readonly url: string
  focus(): Promise<unknown>
  postMessage(message: unknown): void
}

type Extendable = { waitUntil(work: Promise<unknown>): void }

export type PushHeard = Extendable & { readonly data: { text(): string } | null }
export type Pressed = Extendable & { readonly notification: ShownNotification }

/** A browser's subscription; its JSON is what the API takes. */
type Subscription = {
  readonly options: { readonly applicationServerKey: ArrayBuffer | null }
  toJSON(): unknown
}

export type SubscriptionChanged = Extendable & {
  readonly oldSubscription?: Subscription | null
  readonly newSubscription?: Subscription | null
}

export type WorkerScope = {
  readonly location: { readonly origin: string }
  readonly registration: {
    showNotification(title: string, options: Shown): Promise<void>
    getNotifications(): Promise<readonly ShownNotification[]>
    readonly pushManager: {
      subscribe(options: {
        readonly userVisibleOnly: true
        readonly applicationServerKey: ArrayBuffer | Uint8Array
      }): Promise<Subscription>
    }
  }
  readonly clients: {
    matchAll(which: {
      readonly type: 'window'
      readonly includeUncontrolled: boolean
    }): Promise<readonly WorkerWindow[]>
    openWindow(url: string): Promise<unknown>
    claim(): Promise<void>
  }
  skipWaiting(): Promise<void>
  addEventListener(type: 'install' | 'activate', listener: (event: Extendable) => void): void
  addEventListener(type: 'push', listener: (event: PushHeard) => void): void
  addEventListener(type: 'notificationclick', listener: (event: Pressed) => void): void
  addEventListener(
    type: 'pushsubscriptionchange',
    listener: (event: SubscriptionChanged) => void,
  ): void
}
