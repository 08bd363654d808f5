import { allTerms, terms, type Term } from '../desk/terms'
import { Sheet } from '../parts/sheet'

const keys: readonly (readonly [string, string])[] = [
  ['Ctrl K', 'Go to a name, do anything'],
  ['?', 'This help'],
  ['Ctrl Z', 'Take back the last change made here, by a new update'],
  ['↑ ↓ ← →', 'In the tree of names: move, open and close'],
  ['Enter', 'In the tree: show the name. In a field: save'],
  ['Escape', 'Leave a field, a menu or a dialog as it was'],
  ['Shift F10', 'What can be done to the name in the tree'],
  ['Space . ,', 'In the lab: run or pause, a step on, a step back'],
]

const pictures = {
  value: {
    title: 'Value: figure 2 of the paper',
    text: 'The tree of labels below a name. Every node has a time-stamp; what was deleted is still there, struck through, until a sweep has shown that every copy knows. Press a label to change it.',
    terms: ['value', 'update', 'time-stamp', 'absent', 'as of'],
  },
  copies: {
    title: 'Copies: figures 3 and 5',
    text: 'A column for each copy of the directory, a row for each update that is not known to be everywhere, and under each column its lastSweep in italics. Below, the ring: a sweep follows the arrows, first to collect the updates, then to write all of them back.',
    terms: ['copy', 'lastSweep', 'sweep', 'ring', 'stable mark', 'nextTS', 'epoch'],
  },
  access: {
    title: 'Access: who may do what here',
    text: 'A row for each triple: who, where, and what they may do there. A right that is changed counts from its time-stamp on, on every copy alike, so what was written elsewhere without knowing of it, and later, does not stand. Below, the question for anybody and any path, with the triple that decides.',
    terms: ['triple', 'principal', 'right', 'owner', 'final', 'entry', 'time-stamp'],
  },
  way: {
    title: 'Way: how the name was looked up',
    text: 'From the root, label by label: each step reads one copy of one directory, here or on another server, and follows directory references and links.',
    terms: ['full name', 'directory identifier', 'directory reference', 'back-reference', 'link', 'expiration time', 'cache', 'root', 'server'],
  },
} satisfies Record<string, { title: string; text: string; terms: Term[] }>

const isPicture = (about: string | null): about is keyof typeof pictures => about !== null && Object.hasOwn(pictures, about)

/** Help: what is on the screen, the paper's terms, and the keys. */
export function HelpSheet({ about, onClose }: { about: string | null; onClose: () => void }) {
  const picture = isPicture(about) ? pictures[about] : null
  const rest = allTerms.filter((term) => !(picture?.terms as readonly Term[] | undefined)?.includes(term))
  return (
    <Sheet title={picture === null ? 'Help' : 'What am I looking at?'} wide onClose={onClose}>
      {picture === null ? (
        <p>namering is the global name service that Butler Lampson described in 1986. Every browser tab is a server; each directory of names has copies on several of them, kept alike by messages and by sweeps.</p>
      ) : (
        <>
          <h3>{picture.title}</h3>
          <p>{picture.text}</p>
          <Terms of={picture.terms} />
        </>
      )}
      <h3>{picture === null ? 'Terms of the paper' : 'More terms'}</h3>
      <Terms of={rest} />
      <h3>Keys</h3>
      <dl className="keys">
        {keys.map(([key, does]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <p className="hint">In the console, window.namering has the procedures of the paper as promises.</p>
    </Sheet>
  )
}

function Terms({ of }: { of: readonly Term[] }) {
  return (
    <dl className="terms">
      {of.map((term) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>{terms[term]}</dd>
        </div>
      ))}
    </dl>
  )
}
