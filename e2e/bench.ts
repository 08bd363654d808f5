/** `npm run bench`: prints the table of the README; `--only forgetting` a part of it. A benchmark, not a test: nothing fails. */
import { join } from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright'
import { findBrowser } from '../src/serve/browser.mjs'
import { createPageServer } from '../src/serve/server.mjs'
import { benchLink } from './benchLink'
import { benchForgetting, benchForgettingInTabs } from './benchForgetting'
import { benchService, type Row } from './benchService'

const { values } = parseArgs({ options: { only: { type: 'string' } } })
const wants = (part: 'link' | 'service' | 'forgetting'): boolean => values.only === undefined || values.only === part
const browser = await chromium.launch(findBrowser() ?? {})
const server = createPageServer(join(process.cwd(), 'dist'), null)
await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
const address = server.address()
if (typeof address !== 'object' || address === null) throw new Error('the page is served on a port')
console.log('| what | measured |\n| --- | --- |')
const say = ({ what, value }: Row): void => console.log(`| ${what} | ${value} |`)
const url = `http://localhost:${address.port}/`
if (wants('link')) for (const row of await benchLink(await browser.newContext())) say(row)
if (wants('service')) for await (const row of benchService(browser, url)) say(row)
if (wants('forgetting')) {
  for await (const row of benchForgettingInTabs(url)) say(row)
  for (const row of benchForgetting()) say(row)
}
await browser.close()
process.exit()
