import { browserWords } from '#words/browserWords.ts'
import type { BrowserTrouble } from '../browserCheck.ts'
import { showPlain } from './plain.ts'

/** Show why the page can't work in this browser, in words alone. */
export function showBrowserTrouble(trouble: BrowserTrouble): void {
  // The page's title is the name of the service until something is shown.
  const words = browserWords(document.title)
  const [heading, ...sentences] = wordsOf(trouble, words)
  showPlain([heading, ...sentences, words.nothingSent])
}

function wordsOf(
  trouble: BrowserTrouble,
  words: ReturnType<typeof browserWords>,
): readonly [heading: string, ...sentences: string[]] {
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
