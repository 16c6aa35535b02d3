import { type Brand, PAYFRIEND } from '../../lib/brand.ts'
import { messagePage, pageHeaders, render } from '../signIn/signInPages.ts'
import type { Answer } from './gatewayEvent.ts'

/**
 * For a person who came by an address at which nothing is: the way back. On a laptop only; in AWS the answer is S3's.
 *
 * @param headers of every answer of the site
 */
export function notFoundPage(headers: Answer['headers'], brand: Brand = PAYFRIEND): Answer {
  const { name } = brand
  const page = messagePage('Nothing is here', 'No page has this address.', '/', name)
  return {
    status: 404,
    // Its own policy, by which its style is known.
    headers: { ...headers, ...pageHeaders(''), 'content-type': 'text/html;charset=UTF-8' },
    body: render(page, brand),
  }
}
