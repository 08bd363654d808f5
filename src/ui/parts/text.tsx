/** Small pieces of text: foreign labels made harmless, times with their whole time-stamp, terms with their meaning. */
import type { ReactNode } from 'react'
import { shown } from '../../core/names'
import type { Timestamp } from '../../core/timestamp'
import { stampTime, wholeStamp } from '../desk/clockTime'
import { terms, type Term } from '../desk/terms'

/** A label or name of foreign origin: isolated from its surroundings, control characters escaped, cut by its box. */
export function Label({ children: text, absent = false }: { children: string; absent?: boolean }) {
  const harmless = shown(text)
  const title = text.length > 18 ? text : undefined
  return absent ? (
    <s className="label absent">
      <bdi title={title}>{harmless}</bdi>
    </s>
  ) : (
    <bdi className="label" title={title}>
      {harmless}
    </bdi>
  )
}

export function Stamp({ ts }: { ts: Timestamp }) {
  return (
    <time className="stamp" title={wholeStamp(ts)} data-ts={ts}>
      {stampTime(ts)}
    </time>
  )
}

export function Explained({ term, children }: { term: Term; children?: ReactNode }) {
  return (
    <dfn className="term" title={terms[term]}>
      {children ?? term}
    </dfn>
  )
}

export function Trouble({ children }: { children: ReactNode }) {
  return (
    <p className="trouble" role="alert">
      {children}
    </p>
  )
}
