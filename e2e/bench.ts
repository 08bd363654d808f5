/** npm run bench: see `usage`. A benchmark, not a test: nothing fails. */
import { join } from 'node:path'
import process from 'node:process'
import { chromium } from 'playwright'
import { findBrowser } from '../src/serve/browser.mjs'
import { readOptions } from '../src/serve/options.mjs'
import { createPageServer } from '../src/serve/server.mjs'
import { benchLink } from './benchLink'
import { benchForgetting, benchForgettingInTabs } from './benchForgetting'
import { benchService, type Row } from './benchService'
import { benchSimulator } from './benchSimulator'

const parts = ['link', 'service', 'forgetting', 'simulator'] as const
const usage = `npm run bench -- [options]    the table of the README
  --only part                 a part of it: ${parts.join(', ')}`
const { values, wrong } = readOptions(usage, { only: { type: 'string' } })
const wants = (part: (typeof parts)[number]): boolean => values.only === undefined || values.only === part
if (!parts.some(wants)) wrong(`There is no part called ${values.only}.`)
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
if (wants('simulator')) for (const row of benchSimulator()) say(row)
await browser.close()
process.exit()
