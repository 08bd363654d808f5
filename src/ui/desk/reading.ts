/** A call of the name service whose answer is on show, and is asked again when it may have changed. */
import { useEffect, useEffectEvent, useMemo, useRef, useState } from 'react'
import { sentenceOf } from './notices'
import { poll, Repeated } from './repeated'

export interface Reading<T> {
  /** The last answer; null before the first. Stays while a later call fails. */
  answer: T | null
  /** Why the last call failed, in a sentence; and what it threw. */
  failure: string | null
  thrown: unknown
  again: () => void
}

const nothing = { answer: null, failure: null, thrown: null }

/**
 * @param key names what is read; null reads nothing. Another key forgets the answer.
 * @param version changes whenever the answer may have changed; null when nobody tells, so that it must be polled.
 */
export function useReading<T>(key: string | null, version: string | number | null, read: () => Promise<T>): Reading<T> {
  const [state, setState] = useState<{ key: string | null } & Omit<Reading<T>, 'again'>>({ key, ...nothing })
  const repeated = useRef<Repeated | null>(null)
  const readNow = useEffectEvent(read)

  useEffect(() => {
    if (key === null) return
    const own = new Repeated(async (stopped) => {
      try {
        const answer = await readNow()
        if (!stopped()) setState({ key, ...nothing, answer })
      } catch (error) {
        if (!stopped()) setState((before) => ({ key, answer: before.key === key ? before.answer : null, failure: sentenceOf(error), thrown: error }))
      }
    })
    repeated.current = own
    return () => own.stop()
  }, [key])

  useEffect(() => {
    if (key === null) return
    repeated.current?.again()
    if (version === null) return poll(() => repeated.current?.again())
  }, [key, version])

  return useMemo(() => {
    const again = (): void => repeated.current?.again()
    return state.key === key && key !== null ? { ...state, again } : { ...nothing, again }
  }, [state, key])
}
