/**
 * The paper's figures as stories: each script (`*.story.ts`) beside the transcript of what happened (`*.txt`).
 * `npx vitest run src/trials/stories -u` writes the transcripts anew, that of a new script too; read them in the diff.
 */
import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { transcriptOf, type Story } from './telling'

const stories = Object.entries(import.meta.glob<{ default: Story }>('./*.story.ts', { eager: true })).map(([path, { default: story }]) => ({ transcript: path.replace('.story.ts', '.txt'), story }))

describe('the stories', () => {
  for (const { story, transcript } of stories) {
    it(`figure ${story.figure}: ${story.title}`, async () => {
      const told = transcriptOf(story)
      expect(transcriptOf(story)).toBe(told)
      await expect(told).toMatchFileSnapshot(transcript)
    })
  }

  it('each transcript has its script', () => {
    const transcripts = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.txt'))
    expect(transcripts.filter((file) => !stories.some(({ transcript }) => transcript === `./${file}`))).toEqual([])
  })
})
