/** The shape of intents and update sets on the wire; one canonical form: labels ascending, nothing empty, leaves new. */
import { compareLabels, utf8Length } from '../names'
import { directoryId, label, list, Malformed, nullable, oneOf, record, text, timestampShape, type Shape } from '../shape'
import { isBelieved } from '../timestamp'
import { chainShape } from './certificate'
import { MAX_CALL_BYTES, procedures, signedText, stampFault, type Branch, type Intent, type SignedIntent, type UpdateSet } from './intent'
import { stampable } from './stampable'

const incarnationShape = nullable(timestampShape)

export const branchesShape = (depth: number): Shape<Branch[]> => {
  const deeper: Shape<Branch[]> = depth === 0 ? tooDeep : branchesShape(depth - 1)
  const branch: Shape<Branch> = (value) => {
    if (!Array.isArray(value) || value.length !== 3) throw new Malformed('not a branch')
    const [name, incarnation, below] = value as unknown[]
    const leaf = typeof below === 'boolean'
    const built: Branch = [label(name), incarnationShape(incarnation), leaf ? below : deeper(below)]
    if (built[1] !== null && leaf) throw new Malformed('a leaf of an intent is new')
    if (built[1] === null && !leaf && !allNew(built[2] as Branch[])) throw new Malformed('what stands below a new node is new')
    if (!leaf && (built[2] as Branch[]).length === 0) throw new Malformed('an empty branch')
    return built[2] === below ? (value as unknown as Branch) : built
  }
  const branches = list(branch, 10_000)
  return (value) => {
    const built = branches(value)
    for (let i = 1; i < built.length; i++) if (compareLabels(built[i - 1]![0], built[i]![0]) >= 0) throw new Malformed('labels out of order')
    return built
  }
}
const tooDeep = (): never => {
  throw new Malformed('too deep')
}
const allNew = (branches: readonly Branch[]): boolean => branches.every(([, incarnation, below]) => incarnation === null && (typeof below === 'boolean' ? below : allNew(below)))

const fields = {
  directory: directoryId,
  author: text(128),
  nonce: text(26),
  from: stampable,
  until: stampable,
  procedure: oneOf(...procedures),
  branches: branchesShape(15),
}
const plain: Shape<Intent> = record(fields)
const certified: Shape<Intent> = record<Required<Intent>>({ ...fields, chain: chainShape })
/** Most rest on no certificate, and do not speak of any. */
const intentShape: Shape<Intent> = (value) => {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'chain')) return plain(value)
  const built = certified(value)
  if (built.chain?.length === 0) throw new Malformed('an empty chain of certificates')
  return built
}
export const signedIntentShape: Shape<SignedIntent> = record({ intent: intentShape, signature: text(128) })
const stamped: Shape<UpdateSet> = record({ intent: intentShape, signature: text(128), ts: timestampShape })
/** Sets that have been looked at, and are never changed: what is sent again is not looked at again. */
const known = new WeakSet<object>()

/** A set that some copy can have stamped so: what a hostile member stamps otherwise is refused at the door [A1, T2]. */
export const updateSetShape: Shape<UpdateSet> = (value) => {
  if (typeof value === 'object' && value !== null && known.has(value)) return value as UpdateSet
  const set = stamped(value)
  const fault = stampFault(set)
  if (fault !== null) throw new Malformed(fault)
  if (!isBelieved(set.ts)) throw new Malformed('a time-stamp that no clock shows')
  if (utf8Length(signedText(set.intent)) > MAX_CALL_BYTES) throw new Malformed('an intent larger than a call may be')
  known.add(set)
  return set
}
