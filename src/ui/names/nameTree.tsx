import { buildProxiedInstance, dragAndDropFeature, hotkeysCoreFeature, selectionFeature, syncDataLoaderFeature, type ItemInstance } from '@headless-tree/core'
import { useTree } from '@headless-tree/react'
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react'
import { Virtualizer, type VirtualizerHandle } from 'virtua'
import { useStore } from 'zustand'
import { useDesk, useView } from '../desk/desk'
import { below, parentOf, ROOT } from '../desk/fullName'
import type { ListingState, Named } from '../desk/listing'
import { mayWriteWithin } from '../desk/rights'
import { Menu, type MenuPoint } from '../parts/menu'
import { nameActions } from './nameActions'
import { NameRow } from './nameRow'
import { Shown } from './shown'

/** Stands above the root, so that the root is a row like any other; no name is empty. */
const ABOVE = ''

/** The tree of names: rows only for what is in sight, so that ten thousand names are as smooth as ten. */
export function NameTree({ filter, onChosen }: { filter: string; onChosen: () => void }) {
  const desk = useDesk()
  const { listing, selection } = desk
  const state = useStore(listing.store)
  const at = useStore(selection.store, (selected) => selected.at)
  const rootLabel = useView((view) => view.rootLabel)
  const [focused, setFocused] = useState<string>(ROOT)
  const [menu, setMenu] = useState<{ subject: Named; point: MenuPoint } | null>(null)
  const list = useRef<VirtualizerHandle>(null)

  const shown = useMemo(() => new Shown(state, filter), [state, filter])
  const root: Named = useMemo(() => ({ name: ROOT, label: rootLabel, type: 'directory', detail: '', expiration: null }), [rootLabel])
  const nameOf = (name: string): Named => (name === ROOT ? root : (state.named.get(name) ?? { ...root, name, label: '', type: 'entry' }))

  const tree = useTree<Named>({
    rootItemId: ABOVE,
    getItemName: (item) => item.getItemData().label,
    isItemFolder: (item) => item.getId() === ABOVE || item.getItemData().type === 'directory',
    dataLoader: { getItem: nameOf, getChildren: (name) => (name === ABOVE ? [ROOT] : shown.childrenOf(name)) },
    state: { expandedItems: shown.open, focusedItem: focused, selectedItems: [at] },
    setExpandedItems: (next) => listing.setOpen(typeof next === 'function' ? next([...shown.open]) : next),
    setFocusedItem: (next) => setFocused((before) => (typeof next === 'function' ? next(before) : next) ?? ROOT),
    setSelectedItems: () => undefined,
    onPrimaryAction: (item) => {
      selection.go(item.getId())
      onChosen()
    },
    scrollToItem: (item) => list.current?.scrollToIndex(shown.rows.indexOf(item.getId()), { align: 'nearest' }),
    // Rows are asked for one at a time, so their instances need not be built beforehand.
    instanceBuilder: buildProxiedInstance,
    // A directory dropped on another is to move there: the form says what that comes to.
    canReorder: false,
    canDrag: ([item, ...more]) => more.length === 0 && item?.getItemData().type === 'directory' && item.getId() !== ROOT,
    canDrop: (items, { item }) => item.getItemData().type === 'directory' && items.every((moving) => parentOf(moving.getId()) !== item.getId() && !`${item.getId()}/`.startsWith(`${moving.getId()}/`)),
    onDrop: ([moving], { item }) => {
      if (moving !== undefined) desk.dialogs.open({ type: 'move', at: moving.getId(), to: below(item.getId(), moving.getItemData().label) })
    },
    features: [syncDataLoaderFeature, selectionFeature, hotkeysCoreFeature, dragAndDropFeature],
    hotkeys: { customOpen: { hotkey: 'Enter', handler: (_, own) => own.getFocusedItem().primaryAction() } },
  })

  // The tree reads both through its data loader.
  // oxlint-disable-next-line react/exhaustive-effect-dependencies
  useEffect(() => tree.rebuildTree(), [tree, shown, root])
  const focusedIndex = shown.rows.indexOf(focused)

  const openMenu = (item: ItemInstance<Named>, point: MenuPoint): void => {
    item.setFocused()
    setMenu({ subject: item.getItemData(), point })
  }
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    if (event.key !== 'ContextMenu' && !(event.shiftKey && event.key === 'F10')) return
    event.preventDefault()
    const { left, bottom } = (event.target as HTMLElement).getBoundingClientRect()
    openMenu(tree.getFocusedItem(), { x: left + 24, y: bottom })
  }

  return (
    <div className="name-scroll">
      <div {...tree.getContainerProps('Names')} className="name-tree" onKeyDown={onKeyDown}>
        <Virtualizer ref={list} data={shown.rows} itemSize={28} {...(focusedIndex >= 0 && { keepMounted: [focusedIndex] })}>
          {(name) => <NameRow key={name} item={tree.getItemInstance(name)} selected={name === at} listed={state.listed.get(name)} readOnly={isReadOnly(state, nameOf(name))} onMenu={openMenu} />}
        </Virtualizer>
      </div>
      {shown.nothing && <p className="empty">Nothing that is open here contains “{filter}”.</p>}
      {menu !== null && <Menu label={`What can be done to ${menu.subject.label}`} items={nameActions(desk, menu.subject)} point={menu.point} onClose={() => setMenu(null)} />}
    </div>
  )
}

/** An entry by the rights of the directory it stands in, a directory that is open here by its own. */
function isReadOnly({ listed }: ListingState, { name, label, type }: Named): boolean {
  if (type === 'directory') {
    const own = listed.get(name)?.own ?? null
    return !mayWriteWithin(own, []) && !mayWriteWithin(own, ['.'])
  }
  return !mayWriteWithin(listed.get(parentOf(name) ?? ROOT)?.own ?? null, [label])
}
