/** `npm run bench`: prints the table of the README. A benchmark, not a test: nothing fails. */
import { join } from 'node:path'
import process from 'node:process'
import { chromium } from 'playwright'
import { findBrowser } from '../src/serve/browser.mjs'
import { createPageServer } from '../src/serve/server.mjs'
import { benchLink } from './benchLink'
import { benchForgetting, benchForgettingInTabs } from './benchForgetting'
import { benchService, type Row } from './benchService'

const browser = await chromium.launch(findBrowser() ?? {})
const server = createPageServer(join(process.cwd(), 'dist'), null)
await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
const address = server.address()
if (typeof address !== 'object' || address === null) throw new Error('the page is served on a port')
console.log('| what | measured |\n| --- | --- |')
const say = ({ what, value }: Row): void => console.log(`| ${what} | ${value} |`)
for (const row of await benchLink(await browser.newContext())) say(row)
for await (const row of benchService(browser, `http://localhost:${address.port}/`)) say(row)
for await (const row of benchForgettingInTabs(browser, `http://localhost:${address.port}/`)) say(row)
for (const row of benchForgetting()) say(row)
await browser.close()
process.exit()
