import type { BrowserTrouble } from '../browserCheck.ts'
import { shellWords } from '../words/shellWords.ts'
import { showPlain } from './plain.ts'

const words = shellWords.browser

/** Show why the page can't work in this browser, in words alone. */
export function showBrowserTrouble(trouble: BrowserTrouble): void {
  const [heading, ...sentences] = wordsOf(trouble)
  showPlain([heading, ...sentences, words.nothingSent])
}

function wordsOf(trouble: BrowserTrouble): readonly [heading: string, ...sentences: string[]] {
  switch (trouble.kind) {
    case 'unsafeAddress':
      return [words.unsafeHeading, words.unsafe]
    case 'tooOld': {
      // index.html has this sentence, for browsers that cannot even parse this script.
      const oldest = document.getElementById('browsers')?.textContent ?? ''
      return [words.oldHeading, words.old, oldest, words.missing(trouble.missing)]
    }
    case 'keepsNothing':
      return [words.keepsNothingHeading, words.keepsNothing, words.allowIt]
  }
}
