/** The mark: a ring with a sweep on it. */
export function Mark() {
  return (
    <svg className="mark" viewBox="0 0 20 20" aria-hidden>
      <circle className="mark-ring" cx="10" cy="11" r="6.5" />
      <circle className="mark-sweep" cx="10" cy="4" r="2.6" />
    </svg>
  )
}
