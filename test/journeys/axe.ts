/** Test support: what can be told by machine of whether everybody can use the page. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Nothing that axe finds, light or dark. */
export async function passesAxe(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    // Through the debugger, because the page's policy lets no script in, not even a test's.
    const violations = await page.evaluate(`(() => { ${axe}; return axe.run() })()`)
    const found = (violations as { violations: { id: string; nodes: { html: string }[] }[] })
      .violations
    expect(found.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([])
  }
}
