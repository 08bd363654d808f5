import { Mark } from './header/mark'

export function Starting() {
  return (
    <main className="starting" aria-busy>
      <h1 className="wordmark">
        <Mark /> namering
      </h1>
      <p role="status">Starting: this tab opens its store and becomes a server.</p>
    </main>
  )
}

/** `elsewhere`: where a page can be opened that starts, and what that is. */
export function StartFailed({ reason, elsewhere }: { reason: string; elsewhere: { href: string; word: string } }) {
  return (
    <main className="starting">
      <h1 className="wordmark">
        <Mark /> namering
      </h1>
      <h2>This tab could not become a server</h2>
      <p role="alert">{reason}</p>
      <p>Nothing was changed, and nothing that was acknowledged is lost.</p>
      <p className="row">
        <button type="button" className="primary" onClick={() => location.reload()}>
          Try again
        </button>
        <a className="button" href={elsewhere.href}>
          {elsewhere.word}
        </a>
      </p>
    </main>
  )
}
