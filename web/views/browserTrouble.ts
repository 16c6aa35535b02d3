import type { BrowserTrouble } from '../browserCheck.ts'
import { showPlain } from './plain.ts'

/** Show why the page can't work in this browser, in words alone. */
export function showBrowserTrouble(trouble: BrowserTrouble): void {
  const [heading, ...sentences] = wordsOf(trouble)
  showPlain([heading, ...sentences, 'Nothing was sent.'])
}

function wordsOf(trouble: BrowserTrouble): readonly [heading: string, ...sentences: string[]] {
  switch (trouble.kind) {
    case 'unsafeAddress':
      return [
        "This address isn't safe",
        'Payfriend works only where the address begins with https, or with localhost on the very ' +
          'computer that it runs on. Open it there.',
      ]
    case 'tooOld':
      return [
        'This browser is too old for Payfriend',
        'Please update it, or open this page in another one.',
        // index.html has this sentence, for browsers that cannot even parse this script.
        document.getElementById('browsers')?.textContent ?? '',
        `This browser has no ${trouble.missing.join(', ')}.`,
      ]
    case 'keepsNothing':
      return [
        "This browser doesn't let Payfriend keep anything",
        'To sign you in, and out again in every tab, this page keeps a little in your browser. That is ' +
          'forbidden here, or there is no room left.',
        'Allow cookies and site data for this page in the settings of your browser, or leave its ' +
          'private mode. Then load this page again.',
      ]
  }
}
