/** What a transcript is written on: prose, events and pictures, each kind in blocks of its own. */

const PROSE = 96
const EVENTS = 118
/** Columns of an event: the clock, who does it (or from whom to whom), what. */
const CLOCK = 6
const WHO = 17

type Kind = 'prose' | 'event' | 'picture'

export class Page {
  private readonly lines: string[] = []
  private last: Kind | null = null
  private clock = ''

  prose(text: string): void {
    this.lines.push('', ...wrap(text.replace(/\s+/g, ' ').trim(), PROSE))
    this.last = 'prose'
    this.clock = ''
  }

  /** An event at a time of the story's clock, which is written when it has changed. */
  event(clock: string, who: string, what: string): void {
    if (this.last !== 'event') this.lines.push('')
    const head = `${(clock === this.clock ? '' : clock).padStart(CLOCK - 2)}  ${who.padEnd(WHO)}`
    const [first = '', ...rest] = wrap(what, EVENTS - head.length)
    this.lines.push(`${head}${first}`.trimEnd(), ...rest.map((line) => `${' '.repeat(head.length + 2)}${line}`))
    this.last = 'event'
    this.clock = clock
  }

  picture(lines: readonly string[]): void {
    this.lines.push('', ...lines.map((line) => `${' '.repeat(CLOCK)}${line}`.trimEnd()))
    this.last = 'picture'
    this.clock = ''
  }

  /** The whole transcript, with a guide to the signs that occur in it. */
  text(title: string): string {
    const used = signs.filter(([sign]) => this.lines.some((line) => line.includes(sign))).map(([sign, meaning]) => `${sign.trim()} ${meaning}`)
    const guide = `(The numbers on the left are the clock. ${used.join(', ')}.)`
    return `${[title, '='.repeat(title.length), '', ...wrap(guide, PROSE), ...this.lines].join('\n')}\n`
  }
}

const signs = [
  [' → ', 'a message arrives'],
  [' ✗ ', 'it is lost'],
  [' … ', 'it is held up on its way'],
  ['✓', 'the invariant is checked here'],
] as const

function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}
