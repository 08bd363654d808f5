/** Holds the map of ARCHITECTURE.md and the rules of SPEC.md against the code. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')
const read = (file: string): string => readFileSync(join(root, file), 'utf8')
const sources = list(/\.tsx?$/, 'src').filter((file) => !/\.test\.tsx?$/.test(file))
const tests = [...list(/\.test\.tsx?$/, 'src'), ...list(/\.spec\.ts$/, 'e2e')]

function list(pattern: RegExp, folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((file) => join(folder, file))
    .filter((file) => pattern.test(file))
}

/** Who may import whom: each room, and the rooms it sees. */
const sees: Record<string, readonly string[]> = {
  'core/values': ['core'],
  'core/entries': ['core', 'core/values'],
  'core/auth': ['core', 'core/values', 'core/entries'],
  'core/copies': ['core', 'core/values', 'core/auth'],
  'core/directories': ['core', 'core/values', 'core/entries', 'core/auth', 'core/copies'],
  'core/servers': ['core', 'core/values', 'core/entries', 'core/auth', 'core/copies', 'core/directories'],
  core: ['core/values', 'core/entries', 'core/auth', 'core/copies', 'core/directories', 'core/servers'],
  keys: ['core'],
  storage: ['core', 'keys'],
  net: ['core', 'keys'],
  serve: [],
  sim: ['core', 'storage', 'serve'],
  'sim/lab': ['core', 'storage', 'sim'],
  client: ['core'],
  tab: ['core', 'keys', 'storage', 'net', 'client'],
  ui: ['core', 'net', 'client', 'tab', 'sim/lab'],
  trials: ['core', 'storage', 'client', 'tab', 'sim', 'serve'],
}

const roomOf = (file: string): string => {
  const folder = dirname(file).replace(/^src\/?/, '')
  return Object.keys(sees)
    .filter((room) => folder === room || folder.startsWith(`${room}/`))
    .reduce((a, b) => (b.length > a.length ? b : a), '')
}

const importsOf = (file: string): string[] =>
  [...read(file).matchAll(/^\s*(?:import|export)\b[^'"]*?from '([^']+)'|^import '([^']+)'/gm)].map((match) => match[1] ?? match[2] ?? '')

describe('the map', () => {
  it('rooms import only the rooms they may see', () => {
    const strays: string[] = []
    for (const file of sources) {
      const room = roomOf(file)
      if (room === '') continue
      for (const target of importsOf(file)) {
        if (!target.startsWith('.')) {
          if ((room.startsWith('core') && !target.startsWith('@noble/hashes/')) || (room === 'sim' && !target.startsWith('node:'))) strays.push(`${file} imports the package ${target}`)
          continue
        }
        const other = roomOf(normalize(join(dirname(file), target)) + '.ts')
        const seen = [...sees[room]!.flatMap((each) => (each === 'core' && !room.startsWith('core') ? ['core', ...sees['core']!] : [each])), room]
        if (!seen.includes(other)) strays.push(`${file} (${room}) imports ${target} (${other})`)
      }
    }
    expect(strays).toEqual([])
  })

  it('the core and the simulated world read no clock, no randomness, no locale, and never wait', () => {
    const forbidden = /\bDate\.now\b|new Date\(\)|Math\.random|\bawait\b|\basync\b|setTimeout|setInterval|queueMicrotask|\bPromise\b|toLocale|localeCompare|Intl\./
    const inside = sources.filter((file) => file.startsWith('src/core/') || (file.startsWith('src/sim/') && !file.startsWith('src/sim/run/')))
    const found = inside.flatMap((file) => withoutComments(read(file)).split('\n').filter((line) => forbidden.test(line)).map((line) => `${file}: ${line.trim()}`))
    expect(inside.length).toBeGreaterThan(30)
    expect(found).toEqual([])
  })

  it('no room is a drawer: no utils, helpers, common, misc or types', () => {
    expect(sources.filter((file) => /(?:^|\/)(?:utils?|helpers?|common|misc|types)(?:\/|\.)/.test(file))).toEqual([])
  })

  it('every package is used, and ARCHITECTURE.md says what for', () => {
    const { dependencies, devDependencies, scripts } = JSON.parse(read('package.json')) as Record<'dependencies' | 'devDependencies' | 'scripts', Record<string, string>>
    const packages = Object.keys({ ...dependencies, ...devDependencies }).filter((name) => !name.startsWith('@types/'))
    const code = [...list(/\.(?:tsx?|mjs)$/, 'src'), ...list(/\.ts$/, 'e2e'), 'vite.config.ts', 'playwright.config.ts'].map(read).join('\n')
    const isImported = (name: string): boolean => new RegExp(`(?:from |import |import\\()'${name}(?:/[^']*)?'`).test(code)
    // The programs that check types and style are called by scripts.
    expect(Object.values(scripts).join(' ')).toMatch(/\btsc\b.*\boxlint\b/)
    expect(packages.filter((name) => !isImported(name) && !['typescript', 'oxlint', 'oxlint-tsgolint'].includes(name))).toEqual([])
    const table = /\n## Packages, and why\n([\s\S]*?)\n## /.exec(read('ARCHITECTURE.md'))?.[1] ?? ''
    expect(packages.filter((name) => !new RegExp(`[\\s|]${name}[\\s,|]`).test(table))).toEqual([])
  })

  it('ARCHITECTURE.md names every room', () => {
    const map = read('ARCHITECTURE.md')
    expect(Object.keys(sees).filter((room) => !map.includes(`${room.split('/').at(-1)}/`))).toEqual([])
  })
})

const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')

describe('the rules', () => {
  const rules = [...read('SPEC.md').matchAll(/^- \*\*([A-Za-z]+\d*)\*\*/gm)].map((match) => match[1]!)
  const tested = new Set(tests.flatMap((file) => [...read(file).matchAll(/\[([A-Z]{1,2}\d+|monotone|convergence|noLostUpdate|noResurrection|cacheValidity|accessControl|isolation|noStorm)\]/g)].map((match) => match[1]!)))
  const named = new Set(
    sources.flatMap((file) => [...(/\.tsx?$/.test(file) ? read(file) : '').matchAll(/\[([A-Z]{1,2}\d+)(?: to [A-Z]\d+)?(?:, ([A-Z]{1,2}\d+))*\]/g)].flatMap((match) => match[0].match(/[A-Z]{1,2}\d+/g) ?? [])),
  )

  it('every rule of SPEC.md has a test', () => {
    expect(rules.length).toBeGreaterThan(35)
    expect(rules.filter((rule) => !tested.has(rule))).toEqual([])
  })

  it('every rule that a test or a comment names is in SPEC.md', () => {
    expect([...tested, ...named].filter((rule) => !rules.includes(rule))).toEqual([])
  })
})
