import { CommandEmpty, CommandGroup, CommandInput, CommandItem, CommandList, CommandRoot } from 'cmdk'
import { useMemo, useState } from 'react'
import type { NameService } from '../../client/nameService'
import { NameServiceError } from '../../core/errors'
import { useStore } from 'zustand'
import { useDesk, useView } from '../desk/desk'
import { nameMeant, ROOT } from '../desk/fullName'
import type { Named } from '../desk/listing'
import { NameIcon } from '../names/nameIcon'
import { Label } from '../parts/text'
import { Sheet } from '../parts/sheet'
import { commandsOf, type Command } from './commands'

const MOST_NAMES = 12
const groups: readonly Command['group'][] = ['Here', 'Who you are', 'Servers and network', 'Page']

/** The command palette: go to a name, do anything. */
export function Palette({ onClose }: { onClose: () => void }) {
  const desk = useDesk()
  const named = useStore(desk.listing.store, (state) => state.named)
  const [text, setText] = useState('')
  const rootLabel = useView((view) => view.rootLabel)
  const workingDirectory = useView((view) => view.workingDirectory)
  const commands = useMemo(() => commandsOf(desk), [desk])
  const names = useMemo(() => matching(named.values(), text), [named, text])
  const whole = wholeName(desk.tab.service, text)
  const typed = named.has(text) ? null : whole
  const wanted = words(text)
  const fitting = commands.filter(({ word }) => fits(word, wanted))
  const then = (act: () => void) => (): void => {
    onClose()
    act()
  }
  return (
    <Sheet title="Go to a name, do anything" onClose={onClose}>
      <CommandRoot label="Commands" shouldFilter={false} className="palette">
        <CommandInput autoFocus placeholder="A name such as /DEC/SRC, or what to do" value={text} onValueChange={setText} />
        <p className="hint where">
          / is <Label>{rootLabel}</Label>
          {workingDirectory !== ROOT && (
            <>
              ; names without it begin at <Label>{workingDirectory}</Label>
            </>
          )}
        </p>
        <CommandList>
          <CommandEmpty>No name that was opened here and no procedure fits. A whole name begins with /.</CommandEmpty>
          {(typed !== null || names.length > 0) && (
            <CommandGroup heading="Go to">
              {typed !== null && (
                <CommandItem value={`typed ${typed}`} onSelect={then(() => desk.selection.go(typed))}>
                  Go to <Label>{typed}</Label>
                </CommandItem>
              )}
              {names.map((one) => (
                <CommandItem key={one.name} value={`name ${one.name}`} onSelect={then(() => desk.selection.go(one.name))}>
                  <NameIcon type={one.type} /> <Label>{one.name}</Label>
                </CommandItem>
              ))}
            </CommandGroup>
          )}
          {groups.map((group) => {
            const own = fitting.filter((command) => command.group === group)
            return (
              own.length > 0 && (
                <CommandGroup key={group} heading={group}>
                  {own.map(({ word, act }) => (
                    <CommandItem key={word} value={`${group} ${word}`} onSelect={then(act)}>
                      <bdi>{word}</bdi>
                    </CommandItem>
                  ))}
                </CommandGroup>
              )
            )
          })}
        </CommandList>
      </CommandRoot>
    </Sheet>
  )
}

/** The whole name that a text means: of what has the look of a name, or of any label once a working directory was chosen. */
function wholeName(service: NameService, text: string): string | null {
  const meant = /^[/#.]./.test(text) || (service.workingDirectory !== ROOT && /^\S+$/.test(text)) ? nameMeant(text) : null
  try {
    return meant === null ? null : service.fullName(meant)
  } catch (error) {
    if (error instanceof NameServiceError) return null
    throw error
  }
}

const words = (text: string): string[] => text.toLowerCase().split(/\s+/).filter(Boolean)
const fits = (word: string, wanted: readonly string[]): boolean => wanted.every((one) => word.toLowerCase().includes(one))

/** Names that contain all words; those whose label begins with the text come first. */
function matching(all: Iterable<Named>, text: string): Named[] {
  const wanted = words(text)
  if (wanted.length === 0) return []
  const found: Named[] = []
  const first: Named[] = []
  for (const one of all) {
    if (!fits(one.name, wanted)) continue
    if (one.label.toLowerCase().startsWith(wanted.at(-1) ?? '')) first.push(one)
    else if (found.length < MOST_NAMES) found.push(one)
    if (first.length === MOST_NAMES) break
  }
  return [...first, ...found].slice(0, MOST_NAMES)
}
