/** What is written about a rendición and is in no outbox yet, as it lies in a draft of the work database. */

export interface AmountDraft {
  /** As typed; may not be a number yet. */
  text: string
  /** The server's value before the person changed it, in soles; null for none. */
  base: string | null
}

/** A file that an older app had half sent: it kept no bytes, so that the same one has to be chosen again. */
export interface Pick {
  kind: string
  /** The document it takes the place of; ''. */
  replaces: string
  name: string
  size: number
  sha256: string
}

/** Of who renders an account. */
export interface RendicionForm {
  lines: Record<string, AmountDraft>
  answers: Record<string, string>
  picks: Pick[]
}

export interface ObservationDraft {
  target: 'line' | 'document' | 'missing'
  item: string
  also: string[]
  text: string
}

/** Of a document on its way from the hand to the outbox. */
export interface DocumentForm {
  rendicion: string
  /** It was taken away before it was sent: it can be put back for a while. */
  dropped?: boolean
}

/** Of who reviews it. */
export interface ReviewForm {
  /** What was presented when this was written. */
  round: number
  observations: ObservationDraft[]
  /** Answered observations the reviewer accepts. */
  lifted: string[]
}

/** One of each for a work, and no record's id: what is written here makes changes, each under an id of its own. */
export const rendicionDraft = (intervention: string): string => `rendicion-${intervention}`
export const reviewDraft = (intervention: string): string => `review-${intervention}`

export const isSamePick = (a: Pick, b: Pick): boolean =>
  a.sha256 === b.sha256 && a.kind === b.kind && a.replaces === b.replaces

/** What an older app left, beside what was written since, which is what stays. */
export function withOlder(now: RendicionForm | undefined, older: RendicionForm): RendicionForm {
  if (!now) return older
  return {
    lines: { ...older.lines, ...now.lines },
    answers: { ...older.answers, ...now.answers },
    picks: [...now.picks, ...older.picks.filter((p) => !now.picks.some((known) => isSamePick(known, p)))],
  }
}

/** Of two reviews of the same work the one of what was presented last. */
export const newerReview = (now: ReviewForm | undefined, older: ReviewForm): ReviewForm =>
  now && now.round >= older.round ? now : older

export const isBlank = (form: RendicionForm): boolean =>
  Object.keys(form.lines).length + Object.keys(form.answers).length + form.picks.length === 0
