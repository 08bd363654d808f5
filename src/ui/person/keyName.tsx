import { useDesk, useView } from '../desk/desk'
import { useReading } from '../desk/reading'

/** Whose key: yours, or the first letters of its fingerprint, with the whole of it at hand. */
export function KeyName({ of: key }: { of: string }) {
  const { service } = useDesk().tab
  const isMine = useView((view) => view.person === key)
  const { answer } = useReading(isMine ? null : `fingerprint ${key}`, '', () => service.fingerprint(key))
  if (isMine) return <>you</>
  return (
    <span className="fingerprint" title={answer === null ? undefined : `Fingerprint ${answer}`}>
      {answer?.slice(0, 9) ?? '…'}
    </span>
  )
}
