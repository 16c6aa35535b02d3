import { type Child, el } from '../../element.ts'
import { explain } from '../../problem.ts'
import { goneAfter, isDismissed } from '../passkey.ts'

/**
 * What to say when the passkey did not sign, or its signature was refused. Asked each time anew; it counts how often
 * the payer dismissed the browser's question in a row.
 *
 * @param nothing that nothing has happened, and what to do
 */
export function passkeyTries(nothing: string): (error: unknown) => Child[] {
  let dismissals = 0
  return (error) => {
    const dismissed = isDismissed(error)
    dismissals = dismissed ? dismissals + 1 : 0
    const why = dismissed ? '' : `${explain(error)} `
    const gone = goneAfter(dismissals)
    return [el('p', {}, `${why}${nothing}`), gone !== null && el('p', {}, gone)]
  }
}
