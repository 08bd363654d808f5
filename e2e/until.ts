import type { Page } from 'playwright'

/** Waits until what a page is asked comes true; `waitForFunction` takes the promise of an answer for the answer. */
export async function until<A>(page: Page, asked: (argument: A) => Promise<boolean>, argument: A): Promise<void> {
  while (!(await page.evaluate(asked as never, argument))) await new Promise((resolve) => setTimeout(resolve, 5))
}
