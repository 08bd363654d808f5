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

export function StartFailed({ reason }: { reason: string }) {
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
        <a className="button" href={`?server=new${location.hash}`}>
          Open as a new server
        </a>
      </p>
    </main>
  )
}
