import { Problem } from './problem.ts'

/**
 * A part of the page that is loaded when it is needed. Without the network, or when a deployment has taken the file
 * away, that fails; and some browsers keep the failure until the page is loaded again.
 *
 * @param loading a dynamic import, written where it is called so that the build finds its file
 * @throws a `Problem` that tells the payer to load the page again
 */
export const loaded = <Part>(loading: Promise<Part>): Promise<Part> =>
  loading.catch((error) => {
    console.error(error)
    throw new Problem({ kind: 'notLoaded' })
  })
