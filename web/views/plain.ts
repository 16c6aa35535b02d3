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
  // What stands there is the name of the service, as long as nothing else was shown.
  document.title = `${heading} · ${document.title}`
  h1.focus()
}
