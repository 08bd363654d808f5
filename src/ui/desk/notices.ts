/**
 * Notices: what calls had to say. News leaves by itself; a failure stays until somebody has read it.
 */
import { createStore, type StoreApi } from 'zustand/vanilla'

export interface Notice {
  id: number
  tone: 'news' | 'working' | 'failure'
  text: string
  /** What it is about: when the same is tried again, an older failure of it has nothing more to say. */
  about: string
  /** What can be done about it: a word for the button, and the deed. */
  remedy: { word: string; act: () => void } | null
}

type Remedy = Notice['remedy']

export interface Notices {
  store: StoreApi<{ notices: readonly Notice[] }>
  tell(text: string, remedy?: Remedy): void
  fail(error: unknown, remedy?: Remedy): void
  /** Shows that something is under way until it has ended; its failure becomes a notice. True if it succeeded. */
  during(text: string, work: Promise<unknown>, remedy?: Remedy | ((error: unknown) => Remedy)): Promise<boolean>
  dismiss(id: number): void
}

const NEWS_STAYS = 6000
/** What ends sooner is not announced: the page itself shows it. */
const WORTH_SAYING = 400
const MOST = 5

/** A failure as one sentence. */
export const sentenceOf = (error: unknown): string => (error instanceof Error && error.message !== '' ? error.message : `It did not work: ${String(error)}.`)

export function createNotices(): Notices {
  const store = createStore<{ notices: readonly Notice[] }>(() => ({ notices: [] }))
  let nextId = 1
  const dismiss = (id: number): void => store.setState(({ notices }) => ({ notices: notices.filter((notice) => notice.id !== id) }))
  const forget = (about: string): void => store.setState(({ notices }) => ({ notices: notices.filter((notice) => notice.about !== about) }))
  const show = (tone: Notice['tone'], text: string, remedy: Remedy, about = text): number => {
    const id = nextId++
    forget(about)
    store.setState(({ notices }) => ({ notices: [...notices, { id, tone, text, about, remedy }].slice(-MOST) }))
    if (tone === 'news') setTimeout(() => dismiss(id), NEWS_STAYS)
    return id
  }
  return {
    store,
    dismiss,
    tell: (text, remedy = null) => void show('news', text, remedy),
    fail: (error, remedy = null) => void show('failure', sentenceOf(error), remedy),
    async during(text, work, remedy = null) {
      let shown: number | null = null
      forget(text)
      const timer = setTimeout(() => (shown = show('working', `${text}…`, null, text)), WORTH_SAYING)
      try {
        await work
        return true
      } catch (error) {
        show('failure', sentenceOf(error), typeof remedy === 'function' ? remedy(error) : remedy, text)
        return false
      } finally {
        clearTimeout(timer)
        if (shown !== null) dismiss(shown)
      }
    },
  }
}
