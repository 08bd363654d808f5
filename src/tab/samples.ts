/** Sample data: the paper's own example, and the time zones of the world, a real name space with a long history of renames. */
import type { JsonTree, NameService } from '../client/nameService'

type Line = { type: 'namering'; version: 1 } | { type: 'directory'; path: string[] } | { type: 'link'; path: string[]; label: string; to: string } | { type: 'entry'; path: string[]; label: string; tree: JsonTree }

export async function loadSample(service: NameService, server: string, sample: 'ansi' | 'zones', progress: (done: number, all: number) => void): Promise<void> {
  const lines = sample === 'ansi' ? ansi() : zonesOfTheWorld(await fetchTables())
  await service.importDirectory(
    '/',
    lines.map((line) => JSON.stringify(line)),
    progress,
  )
}

const leaf = (text: string): JsonTree => ({ [text]: true })
const set = (texts: readonly string[]): JsonTree => Object.fromEntries(texts.map((text) => [text, true]))
const first: Line = { type: 'namering', version: 1 }

/** Figures 1 and 2: ANSI/DEC/SRC with Lampson, Birrell, Needham and Schroeder; IBM/TJW, and a link to it. */
function ansi(): Line[] {
  const person = (label: string, properties: Record<string, JsonTree>): Line => ({ type: 'entry', path: ['DEC', 'SRC'], label, tree: properties })
  return [
    first,
    { type: 'directory', path: ['DEC'] },
    { type: 'directory', path: ['DEC', 'SRC'] },
    person('Lampson', { Password: leaf('XGZQ#$'), Mailboxes: set(['Cab', 'Pinot', 'Ries', 'Zin']) }),
    person('Birrell', { Mailboxes: set(['Cab', 'Zin']), Phone: leaf('853 2219') }),
    person('Needham', { Mailboxes: set(['Pinot']), Phone: leaf('334 722') }),
    person('Schroeder', { Mailboxes: set(['Ries']) }),
    { type: 'entry', path: ['DEC', 'SRC'], label: 'NameService', tree: { Members: set(['Birrell', 'Lampson', 'Needham', 'Schroeder']) } },
    { type: 'directory', path: ['DEC', 'Finance'] },
    { type: 'entry', path: ['DEC', 'Finance'], label: 'Wright', tree: { Mailboxes: set(['Cabernet']) } },
    { type: 'directory', path: ['IBM'] },
    { type: 'directory', path: ['IBM', 'TJW'] },
    { type: 'entry', path: ['IBM', 'TJW'], label: 'Cho', tree: { Mailboxes: set(['Zinfandel']) } },
    { type: 'link', path: ['DEC', 'SRC'], label: 'TJW', to: '/IBM/TJW' },
  ]
}

interface Tables {
  zones: string[][]
  countries: string[][]
  links: string[][]
}

async function fetchTables(): Promise<Tables> {
  const table = async (name: string): Promise<string[][]> => {
    const response = await fetch(`./zones/${name}.tab`)
    if (!response.ok) throw new Error(`The table ${name} of the sample could not be loaded; check that the page's server is running.`)
    const lines = (await response.text()).split('\n')
    return lines.filter((line) => line !== '' && !line.startsWith('#')).map((line) => line.split('\t'))
  }
  const [zones, countries, links] = await Promise.all([table('zone1970'), table('iso3166'), table('links')])
  return { zones, countries, links }
}

/** Zones as directories and entries with country, coordinates and comment; countries; old names as links. */
function zonesOfTheWorld({ zones, countries, links }: Tables): Line[] {
  const lines: Line[] = []
  const directories = new Set<string>()
  const inDirectory = (zone: string): { path: string[]; label: string } => {
    const steps = ['Zones', ...zone.split('/')]
    const path = steps.slice(0, -1)
    for (let depth = 1; depth <= path.length; depth++) directories.add(path.slice(0, depth).join('/'))
    return { path, label: steps.at(-1)! }
  }
  const known = new Set<string>()
  for (const [codes = '', coordinates = '', zone = '', comment] of zones) {
    known.add(zone)
    const tree = { Country: set(codes.split(',')), Coordinates: leaf(coordinates), ...(comment && { Comment: leaf(comment) }) }
    lines.push({ type: 'entry', ...inDirectory(zone), tree })
  }
  for (const [, current = ''] of links) {
    if (known.has(current)) continue
    known.add(current)
    lines.push({ type: 'entry', ...inDirectory(current), tree: true })
  }
  for (const [old = '', current = ''] of links) lines.push({ type: 'link', ...inDirectory(old), to: `/Zones/${current}` })
  const byDirectory = [...directories].toSorted().flatMap((directory): Line[] => {
    const path = directory.split('/')
    return [{ type: 'directory', path }, ...lines.filter((line) => line.type !== 'namering' && line.path.join('/') === directory)]
  })
  const people = countries.map(([code = '', name = '']): Line => ({ type: 'entry', path: ['Countries'], label: code, tree: { Name: leaf(name.normalize('NFC')) } }))
  return [first, ...byDirectory, { type: 'directory', path: ['Countries'] }, ...people]
}
