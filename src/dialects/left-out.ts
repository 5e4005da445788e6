/** A rule cannot stand in the text being written; the message is the reason, as the end of a sentence. */
export class LeftOut extends Error {
  /** It matches nothing there, so nothing is lost. */
  readonly never: boolean
  constructor(message: string, never = false) {
    super(message)
    this.never = never
  }
}
