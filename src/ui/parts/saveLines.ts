/** Saves lines of JSON as a file. */
export function saveLines(fileName: string, lines: readonly string[]): void {
  const url = URL.createObjectURL(new Blob(lines.map((line) => `${line}\n`), { type: 'application/jsonl' }))
  const link = document.createElement('a')
  link.href = url
  link.download = fileName
  link.click()
  // The download has begun when the click returns; its source may go.
  setTimeout(() => URL.revokeObjectURL(url), 1000)
}
