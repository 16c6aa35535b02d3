import { shellWords } from '../words/shellWords.ts'

/** Show a heading and sentences, using no feature that an old browser may lack. */
export function showPlain([heading, ...sentences]: readonly [string, ...string[]]): void {
  const screen = document.getElementById('screen')
  if (screen === null) return
  screen.textContent = ''
  const h1 = document.createElement('h1')
  h1.textContent = heading
  h1.tabIndex = -1
  screen.appendChild(h1)
  for (const sentence of sentences) {
    const p = document.createElement('p')
    p.textContent = sentence
    screen.appendChild(p)
  }
  document.title = shellWords.titleOf(heading)
  h1.focus()
}
