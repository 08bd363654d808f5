/** How much has been appended to each copy since its snapshot: tells when a new snapshot pays. */
import type { Save } from '../core/effects'
import type { CopyId, DirectoryId } from '../core/names'

export class Backlog {
  readonly sizes = new Map<CopyId, { directory: DirectoryId; changes: number; snapshot: number }>()

  loaded(copy: CopyId, directory: DirectoryId, snapshot: number, changes: number): void {
    this.sizes.set(copy, { directory, changes, snapshot })
  }

  /** `written`: each save with its length in JSON characters. */
  committed(written: readonly (readonly [Save, number])[]): void {
    for (const [save, length] of written) {
      if ('server' in save) {
        if (save.server.type === 'retired') this.sizes.delete(save.server.copy)
        continue
      }
      const size = this.sizes.get(save.copy) ?? { directory: save.directory, changes: 0, snapshot: 0 }
      this.sizes.set(save.copy, { ...size, changes: size.changes + length })
    }
  }

  compacted(copy: CopyId, length: number): void {
    const size = this.sizes.get(copy)
    if (size !== undefined) this.sizes.set(copy, { ...size, changes: 0, snapshot: length })
  }
}
