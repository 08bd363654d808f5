/** E8: two halves of a split network each made an epoch, and have met. */
export function SplitNews({ here, others, onReunite }: { here: string; others: string; onReunite: () => void }) {
  return (
    <div className="banner grave" role="alert">
      <p>
        <b>Split directory.</b> Two halves each began an epoch of their own, without the other: {here}, and that of <bdi>{others}</bdi>. The later one rules; what was done in the other is kept, but does not show. A new epoch of all of them brings everything together.
      </p>
      <button type="button" onClick={onReunite}>
        New epoch of all…
      </button>
    </div>
  )
}
