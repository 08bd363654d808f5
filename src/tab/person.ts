/**
 * Who uses this browser: a key pair, the same in all its tabs, and the entry that it is in this room. What hands it on to another
 * browser is made here, too: invitation links and backups.
 */
import type { Myself } from '../client/connection'
import { isFailure } from '../core/errors'
import { parseName, type FullName } from '../core/names'
import { isRoom } from '../core/directories/rooms'
import { openBackup, sealBackup, type BackupFault } from '../keys/backup'
import { fingerprintOf, newPortableKey } from '../keys/portable'
import type { SigningPair } from '../keys/signing'
import { changeRoom, type BrowserIndex } from '../storage/browserIndex'

export interface Restored {
  /** The entry that the backup is for, by its directory's identifier; null where it says none. */
  entry: string | null
  room: string
}

/** Whom a person tells: that somebody else uses this browser from now on, or under another name, in whichever tab that was said. */
export interface Listener {
  changed(): void
  /** What this browser is to remember, or remembers; a fault of that is no reason to stop. */
  remember(put: Promise<void>): void
}

export class Person implements Myself {
  readonly #index: BrowserIndex
  readonly #room: string
  readonly #listener: Listener
  readonly #channel = new BroadcastChannel('namering person')
  #keys: SigningPair
  #fingerprint: string
  /** Null: not now. Undefined: not asked yet. */
  #entry: string | null | undefined

  private constructor(index: BrowserIndex, room: string, keys: SigningPair, fingerprint: string, entry: string | null | undefined, listener: Listener) {
    this.#index = index
    this.#room = room
    this.#keys = keys
    this.#fingerprint = fingerprint
    this.#entry = entry
    this.#listener = listener
    this.#channel.addEventListener('message', () => listener.remember(this.#reload()))
  }

  static async of(index: BrowserIndex, room: string, keys: SigningPair, listener: Listener): Promise<Person> {
    const known = await index.get('rooms', room)
    return new Person(index, room, keys, await fingerprintOf(keys.keyText), known?.me, listener)
  }

  get keys(): SigningPair {
    return this.#keys
  }

  get fingerprint(): string {
    return this.#fingerprint
  }

  get entry(): string | null {
    return this.#entry ?? null
  }

  set entry(entry: string | null) {
    this.#entry = entry
    this.#listener.changed()
    this.#listener.remember(changeRoom(this.#index, this.#room, { me: entry }).then(() => this.#tellTabs()))
  }

  /** The same as a name: by that this person is known elsewhere. */
  get home(): FullName | null {
    const name = this.entry === null ? null : parseName(this.entry)
    return isFailure(name) ? null : name
  }

  /** No name has been given, nor has it been put off. */
  get isAsked(): boolean {
    return this.#entry === undefined
  }

  async #reload(): Promise<void> {
    const [keys, room] = await Promise.all([this.#index.get('person', 'me'), this.#index.get('rooms', this.#room)])
    this.#entry = room?.me
    if (keys !== undefined) await this.#use(keys)
    this.#listener.changed()
  }

  #tellTabs(): void {
    // A BroadcastChannel has no target origin: it never leaves this one.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    this.#channel.postMessage('changed')
  }

  async #use(keys: SigningPair): Promise<void> {
    this.#fingerprint = await fingerprintOf(keys.keyText)
    this.#keys = keys
  }

  /** A new recovery key as a file, once the entry has it: nobody is left with a file that opens nothing. */
  async backUp(entry: string, passphrase: string, addKey: (key: string) => Promise<unknown>): Promise<string> {
    const portable = await newPortableKey()
    const file = await sealBackup({ ...portable, room: this.#room, entry }, passphrase, Date.now())
    await addKey(portable.key)
    return file
  }

  /** This browser uses the key of a backup from now on, in all its tabs; its own of before is gone, and so are the names of that. */
  async restore(text: string, passphrase: string): Promise<Restored> {
    const recovered = await openBackup(text, passphrase)
    if (typeof recovered === 'string') throw new Error(sentences[recovered])
    if (!isRoom(recovered.room)) throw new Error(sentences.damaged)
    const entry = isFailure(parseName(recovered.entry)) ? null : recovered.entry
    const { pair, room } = recovered
    const tx = this.#index.transaction(['person', 'rooms'], 'readwrite', { durability: 'strict' })
    await tx.objectStore('person').put(pair, 'me')
    const rooms = tx.objectStore('rooms')
    for (const { me: _, ...known } of await rooms.getAll()) await rooms.put(known)
    await rooms.put({ ...((await rooms.get(room)) ?? { id: room, madeHere: false, root: null, lastUsed: 0 }), me: entry })
    await tx.done
    await this.#reload()
    this.#tellTabs()
    return { entry, room }
  }
}

const sentences: Record<BackupFault, string> = {
  notOne: 'This file is no backup of namering: choose the file that “Make a backup” saved, namering-….json.',
  version: 'This backup was made by another version of namering, and this page cannot read it: open it in a page of that version, or make a new backup there.',
  damaged: 'This backup is damaged: the file is not what was saved. Use another copy of it, or another device of yours.',
  passphrase: 'The passphrase is not the one of this backup. Capital letters and spaces between words count; nothing was changed.',
}
