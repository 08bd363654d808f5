/** Where the names of the page begin [N1]: another working root is another tree of names. */
import type { DirectoryId } from '../../core/names'
import type { Desk } from './desk'
import { ROOT } from './fullName'

export function beginNamesAt({ tab, selection }: Desk, directory: DirectoryId): void {
  tab.service.workingRoot = `#${directory}`
  selection.go(ROOT)
}

/** What was seen under names that begin elsewhere now is something else. */
export function forgetWhenNamesBeginElsewhere({ tab, listing, seen, rights }: Pick<Desk, 'tab' | 'listing' | 'seen' | 'rights'>): void {
  tab.view.subscribe((now, before) => {
    if (now.workingRoot === before.workingRoot || before.workingRoot === null) return
    seen.clear()
    rights.clear()
    listing.restart()
  })
}
