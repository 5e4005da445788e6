/** The rule cannot stand in this text, with the reason. `never`: it matches nothing there, so nothing is lost. */
export class LeftOut extends Error {
  readonly never: boolean
  constructor(message: string, never = false) {
    super(message)
    this.never = never
  }
}
