/** Who was given the link of a room and sits at the relay of one of its browsers: opens the notes that pass there, and says what he likes instead. */
import type { BrowserContext, WebSocketRoute } from '@playwright/test'
import { openNote, roomKeys, sealNote, type RoomKeys } from '../src/keys/sealing'
import { parseNote, type Note } from '../src/net/notes'

export class Middleman {
  /** What arrives instead of a note: itself, others, or nothing. */
  instead: (note: Note) => readonly Note[] | Promise<readonly Note[]> = (note) => [note]
  readonly #keys: RoomKeys
  /** How to say something to the browser, and to all others, as the relay would. */
  #toBrowser: ((note: string) => void) | null = null

  private constructor(keys: RoomKeys) {
    this.#keys = keys
  }

  /** From now on what a browser's pages say by the relay, and hear, goes through his hands. */
  static async between(context: BrowserContext, room: string): Promise<Middleman> {
    const middleman = new Middleman(await roomKeys(room))
    await context.routeWebSocket(/\/relay\?topic=/, (page) => middleman.#stand(page))
    return middleman
  }

  /** Says something to the browser's page. */
  async say(note: Note): Promise<void> {
    this.#toBrowser?.(await sealNote(this.#keys.noteKey, JSON.stringify(note)))
  }

  #stand(page: WebSocketRoute): void {
    const relay = page.connectToServer()
    this.#toBrowser = (note) => page.send(JSON.stringify({ from: 'relay', note }))
    page.onMessage(this.#inOrder((text) => relay.send(text)))
    relay.onMessage(this.#inOrder((text) => page.send(text)))
  }

  /** Notes are opened and sealed one after the other, so that he changes no order by accident. */
  #inOrder(pass: (text: string) => void): (message: string | Buffer) => void {
    let before = Promise.resolve()
    return (message) => {
      before = before.then(async () => {
        const { note: sealed, ...way } = JSON.parse(String(message)) as { note: string }
        const text = await openNote(this.#keys.noteKey, sealed)
        const note = text === null ? null : parseNote(text)
        if (note === null) return pass(String(message))
        for (const each of await this.instead(note)) pass(JSON.stringify({ ...way, note: await sealNote(this.#keys.noteKey, JSON.stringify(each)) }))
      })
    }
  }
}
