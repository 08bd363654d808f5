/** The paper's terms, one line each: shown on hover and in help. */
export const terms = {
  server: 'A machine that stores directory copies; here every browser tab is one.',
  directory: 'A table of names with their values; the unit of replication. Directories form a tree.',
  copy: 'DC: the copy of one directory that one server stores. Any copy answers reads and takes updates.',
  'directory identifier': 'DI: names one directory for ever, whatever it is called and wherever it is moved.',
  'full name': 'FN: a directory identifier, or the root, followed by labels, such as ANSI/DEC/SRC.',
  entry: 'A name in a directory with its properties: a person, a machine, a mailbox.',
  'back-reference': 'What a directory says of itself: that it has this name in that directory. The reference there follows.',
  link: 'A name whose value is another full name; a lookup goes on from there.',
  root: 'The directory at which the tree of directories begins.',
  value: 'The tree of labels below a name. A single leaf reads as a string, several leaves as a set.',
  update: 'Makes the node at the end of a path present or absent. Updates may arrive in any order; the result is the same.',
  'time-stamp': 'TS: when and at which copy an update was made. The later of two updates of one path wins.',
  absent: 'A deleted node. It is kept, struck through, until every copy is known to have it.',
  nextTS: 'The least time-stamp that a copy may give to its next update. It only grows.',
  lastSweep: 'Every update earlier than this is at the copy. What is later may still be on its way.',
  sweep: 'Visits all copies round the ring, collects their updates, and writes the whole back to each.',
  ring: 'Each copy points to the next. A sweep that comes back to its start has seen them all.',
  InSN: 'Whether servers may be named in a directory: then a copy of it is on a server with a shorter name.',
  'up pointer': 'The name of a server nearer to the root: from every server one climbs to a copy of the root.',
  epoch: 'The period of a directory with one ring. A new one is an administrator’s act when a server is lost for good.',
  quarantine: 'What was done on a copy that a new epoch left out, and the ring never got. Somebody makes it anew, or discards it.',
  durability: 'How many copies have an update on disk: the one that accepted it, a majority of the ring (quorum), or all. What is not there yet is sent again.',
  'stable mark': 'F: every update earlier than this is known to be at every copy; what is absent there is forgotten.',
  'directory reference': 'DR: the value in the parent that leads to a child directory and says who stores its copies.',
  'expiration time': 'TX: until then a name may be cached, and does not change. It can be extended, not shortened.',
  cache: 'What was looked up before is gone by until the first expiration on its way, and nobody is asked.',
  'as of': 'The lastSweep of the copy that answered: every earlier update is reflected in what you see.',
} as const

export type Term = keyof typeof terms
export const allTerms = Object.keys(terms) as Term[]
