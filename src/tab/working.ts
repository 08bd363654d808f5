/** Where the names of this page begin [N1]: told to whoever remembers it for the browser, and shows it. */
import type { Working } from '../client/connection'
import { isFailure } from '../core/errors'
import { parseName, type DirectoryId, type Label } from '../core/names'

export class WorkingNames implements Working {
  #root = '/'
  #directory = '/'
  readonly #changed: () => void

  constructor(changed: () => void) {
    this.#changed = changed
  }

  get root(): string {
    return this.#root
  }

  set root(root: string) {
    this.#root = root
    this.#changed()
  }

  get directory(): string {
    return this.#directory
  }

  set directory(directory: string) {
    this.#directory = directory
    this.#changed()
  }

  /** As it was before a reload; nobody needs to be told. */
  restore({ root, directory }: Working): void {
    this.#root = root
    this.#directory = directory
  }

  /** The directory that the working root is, as far as its name says so; and the label that the name ends with. */
  begin(serviceRoot: DirectoryId | null): { directory: DirectoryId | null; label: Label | null } {
    const name = parseName(this.#root)
    if (isFailure(name) || this.#root === '/') return { directory: serviceRoot, label: null }
    const isDirectory = name.labels.length === 0 && name.up === 0 && name.from !== '/' && name.from !== '.'
    return { directory: isDirectory ? (name.from as DirectoryId) : null, label: name.labels.at(-1) ?? null }
  }
}
