import { createContext, useContext } from 'react'
import { useStore } from 'zustand'
import type { ServerId } from '../../core/names'
import type { LabPicture } from '../../sim/lab/picture'
import type { Deed } from '../../sim/lab/recording'
import type { LabClient, LabState } from './labClient'

export const LabContext = createContext<LabClient | null>(null)

export function useLab(): LabClient {
  const lab = useContext(LabContext)
  if (lab === null) throw new Error('a part of the lab stands outside of it')
  return lab
}

export function useLabState<T>(select: (state: LabState) => T): T {
  return useStore(useLab().store, select)
}

/** A piece of the world's picture, which is there once any part of the lab is drawn. */
export function usePicture<T>(select: (picture: LabPicture) => T): T {
  return useLabState(({ picture }) => {
    if (picture === null) throw new Error('the world has not been seen yet')
    return select(picture)
  })
}

/** What a person does to the world. */
export function useDeed(): (deed: Deed) => void {
  const { send } = useLab()
  return (deed) => send({ type: 'do', deed })
}

export const nameIn = ({ servers }: LabPicture, id: ServerId): string => servers.find((server) => server.id === id)?.name ?? ''

/** Milliseconds since the world began, as people read them. */
export const worldTime = (ms: number): string => `${(ms / 1000).toFixed(3)} s`
