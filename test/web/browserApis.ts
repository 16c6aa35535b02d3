/**
 * Test support: since which version the browsers have what the page uses, and newer things that it does not
 * use. From MDN's browser-compat-data; Safari's is the later of Mac and iOS, null is never.
 */
type Since = {
  readonly Chrome: number
  readonly Edge: number
  readonly Firefox: number
  readonly Safari: number | null
  readonly 'Samsung Internet': number | null
}

const since = (
  Chrome: number,
  Edge: number,
  Firefox: number,
  Safari: number | null,
  samsung: number | null,
): Since => ({ Chrome, Edge, Firefox, Safari, 'Samsung Internet': samsung })

/** The page asks for these at its start, and shows a sentence where one is missing. */
export const needed: Readonly<Record<string, Since>> = {
  AbortController: since(66, 16, 57, 12.2, 9),
  'Array.prototype.at': since(92, 92, 90, 15.4, 16),
  'Array.prototype.flatMap': since(69, 79, 62, 12, 10),
  BroadcastChannel: since(54, 79, 38, 15.4, 6),
  'Element.prototype.replaceChildren': since(86, 86, 78, 14, 14),
  'HTMLDialogElement.prototype.showModal': since(37, 79, 98, 15.4, 3),
  'Object.fromEntries': since(73, 79, 63, 12.2, 11),
  'Object.hasOwn': since(93, 93, 92, 15.4, 17),
  'Promise.prototype.finally': since(63, 18, 58, 11.3, 8),
  TextEncoder: since(38, 79, 18, 10.3, 3),
  URLSearchParams: since(49, 17, 29, 10.3, 5),
  'crypto.getRandomValues': since(11, 12, 21, 5, 1),
  'crypto.randomUUID': since(92, 92, 95, 15.4, 16),
  'crypto.subtle': since(37, 12, 34, 11, 3),
  fetch: since(42, 14, 39, 10.3, 4),
}

/** Used only where they are there: without them the page does the same. */
export const optional: Readonly<Record<string, Since>> = {
  'AbortSignal.timeout': since(103, 103, 100, 16, 20),
  'URL.parse': since(126, 126, 126, 18, 28),
  'Uint8Array.fromBase64': since(140, 140, 133, 18.2, 30),
  'Uint8Array.prototype.toBase64': since(140, 140, 133, 18.2, 30),
  'navigator.clipboard': since(66, 79, 63, 13.4, 9),
}

/** The same of the phone's page. */
export const optionalOnPhone: Readonly<Record<string, Since>> = {
  'navigator.serviceWorker': since(40, 17, 44, 11.3, 4),
  trustedTypes: since(83, 83, 148, 26, 13),
}

/** Newer ones that a colleague might reach for. TypeScript's `lib` knows only those of the language itself. */
export const tempting: Readonly<Record<string, Since>> = {
  'AbortSignal.any': since(116, 116, 124, 17.4, 24),
  'Array.fromAsync': since(121, 121, 115, 16.4, 25),
  'Array.prototype.findLast': since(97, 97, 104, 15.4, 18),
  'Array.prototype.toReversed': since(110, 110, 115, 16, 21),
  'Array.prototype.toSorted': since(110, 110, 115, 16, 21),
  CloseWatcher: since(126, 126, 149, 27.3, 28),
  'Document.prototype.startViewTransition': since(111, 111, 144, 18, 22),
  'Element.prototype.checkVisibility': since(105, 105, 106, 17.4, 20),
  'Element.prototype.setHTML': since(146, 146, 148, null, null),
  'HTMLDialogElement.prototype.requestClose': since(134, 134, 139, 18.4, 29),
  'HTMLElement.prototype.inert': since(102, 102, 112, 15.5, 19),
  'HTMLElement.prototype.showPopover': since(114, 114, 125, 17, 23),
  'HTMLInputElement.prototype.showPicker': since(99, 99, 101, 16, 18),
  'Intl.DurationFormat': since(129, 129, 136, 16.4, 28),
  'Intl.Segmenter': since(87, 87, 125, 14.5, 14),
  'Object.groupBy': since(117, 117, 119, 17.4, 24),
  'Promise.try': since(128, 128, 134, 18.2, 28),
  'Promise.withResolvers': since(119, 119, 121, 17.4, 25),
  'Response.json': since(105, 105, 115, 17, 20),
  'URL.canParse': since(120, 120, 115, 17, 25),
  URLPattern: since(95, 95, 142, 26, 17),
  cookieStore: since(87, 87, 140, 18.4, 14),
  navigation: since(102, 102, 147, 26.2, 19),
  'navigator.userActivation': since(72, 79, 120, 16.4, 11),
  requestIdleCallback: since(47, 79, 55, null, 5),
}
