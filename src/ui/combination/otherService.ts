/** The other service that is met in its room, before two are joined. */
import { useEffect } from 'react'
import { useStore } from 'zustand'
import { useShallow } from 'zustand/react/shallow'
import type { DirectoryId, Label } from '../../core/names'
import { NameServiceError } from '../../core/errors'
import type { NameService } from '../../client/nameService'
import type { TabView } from '../../tab/view'
import { useDesk } from '../desk/desk'
import { useReading } from '../desk/reading'

export interface OtherService {
  root: DirectoryId
  /** What its root calls itself. */
  label: Label
  servers: readonly string[]
  /** The labels in its root, and how many of them are directories. */
  labels: readonly Label[]
  directories: number
}

/** Meets the servers of a room for as long as it is looked at; null until one of another service has answered. */
export function useOtherService(room: string | null): { other: OtherService | null; isAlone: boolean; failure: string | null } {
  const { tab } = useDesk()
  useEffect(() => {
    if (room === null) return
    tab.controls.visit(room)
    return () => {
      // Once it is decided the room is kept.
      if (tab.view.getState().combination?.combination.theirs.room !== room) tab.controls.endVisit(room)
    }
  }, [tab, room])
  const root = useStore(tab.view, rootMet)
  const servers = useStore(tab.view, useShallow((view) => view.links.filter((link) => link.state === 'connected' && link.root === root).map(({ name }) => name)))
  const { answer, failure } = useReading(room === null || root === null ? null : `service ${root}`, servers.join(' '), () => look(tab.service, root!))
  return { other: answer === null || root === null ? null : { ...answer, root, servers }, isAlone: root === null, failure }
}

/** Of the roots that connected servers belong to, other than this one's, the one that most belong to. */
function rootMet({ links, root }: TabView): DirectoryId | null {
  const met = links.filter((link) => link.state === 'connected' && link.root !== null && link.root !== root).map((link) => link.root!)
  return met.toSorted((a, b) => count(met, b) - count(met, a))[0] ?? null
}

const count = (all: readonly DirectoryId[], one: DirectoryId): number => all.filter((each) => each === one).length

async function look(service: NameService, root: DirectoryId): Promise<Pick<OtherService, 'label' | 'labels' | 'directories'>> {
  const { value: entries } = await service.entries(`#${root}`)
  const label = await service.getValue(`#${root}:./Label`).catch((error: unknown) => {
    if (error instanceof NameServiceError && error.code === 'NotFound') return { value: 'root' }
    throw error
  })
  return { label: typeof label.value === 'string' ? label.value : 'root', labels: entries.map(([each]) => each), directories: entries.filter(([, type]) => type === 'directory').length }
}
