/** The worker of this page, in this browser. */
import { APPROVE_PATH } from '../invitation.ts'

const WORKER_PATH = '/sw.js'

/** The part of Trusted Types that is used here; TypeScript's types for pages do not have it yet. */
type TrustedTypes = {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): { createScriptURL(url: string): unknown }
}

const { trustedTypes } = globalThis as { readonly trustedTypes?: TrustedTypes }
/** Made as the page's script begins, because whoever makes a policy first has its name. */
const policy = trustedTypes?.createPolicy('payfriend-sw', {
  createScriptURL(url) {
    if (url !== WORKER_PATH) throw new TypeError('another script than the worker')
    return url
  },
})

/** The worker's address as the browser takes it, which takes the policy's object where it would take the string. */
const workerUrl = (): string => (policy?.createScriptURL(WORKER_PATH) ?? WORKER_PATH) as string

/** Start the worker, or look for a newer one of it. Resolves when it can be rung. */
export async function startWorker(): Promise<ServiceWorkerRegistration> {
  await navigator.serviceWorker.register(workerUrl(), {
    scope: APPROVE_PATH,
    updateViaCache: 'none',
  })
  return navigator.serviceWorker.ready
}

/** The worker, if it was ever started. */
export const worker = async (): Promise<ServiceWorkerRegistration | undefined> =>
  navigator.serviceWorker?.getRegistration(APPROVE_PATH)
