import { useDesk } from '../desk/desk'
import type { TabView } from '../../tab/view'

/** Delay and loss added to whatever this tab sends and receives. */
export function Weather({ weather }: { weather: TabView['weather'] }) {
  const { controls } = useDesk().tab
  const { delay, loss } = weather
  return (
    <details className="weather" open={delay > 0 || loss > 0 || undefined}>
      <summary>Delay and loss{(delay > 0 || loss > 0) && <b>: {delay} ms, {Math.round(loss * 100)} %</b>}</summary>
      <label>
        Delay each way <output>{delay} ms</output>
        <input type="range" min="0" max="3000" step="50" value={delay} onChange={(event) => controls.disturb({ delay: Number(event.target.value), loss })} />
      </label>
      <label>
        Messages lost <output>{Math.round(loss * 100)} %</output>
        <input type="range" min="0" max="100" step="5" value={Math.round(loss * 100)} onChange={(event) => controls.disturb({ delay, loss: Number(event.target.value) / 100 })} />
      </label>
    </details>
  )
}
