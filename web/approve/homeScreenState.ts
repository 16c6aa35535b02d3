/** Whether a page is on a home screen, by what its browser says of itself. */

/** `iphone`: an iPhone or iPad, where only a page on the home screen is rung and keeps its keys. */
export type HomeScreen = 'installed' | 'iphone' | 'mac' | 'can' | 'other'

/** What of the browser tells where the page is. */
type Here = {
  readonly userAgent: string
  readonly touchPoints: number
  readonly isStandalone: boolean
}

export function homeScreenOf({ userAgent, touchPoints, isStandalone }: Here): HomeScreen {
  if (isStandalone) return 'installed'
  if (/iPhone|iPad|iPod/.test(userAgent)) return 'iphone'
  if (!/Macintosh/.test(userAgent)) return 'other'
  // An iPad says that it is a Mac, and no Mac has a touch screen.
  if (touchPoints > 1) return 'iphone'
  return /Version\/[\d.]+ Safari\//.test(userAgent) ? 'mac' : 'other'
}
