declare const brand: unique symbol

/** A value that only the parser of its kind can make. */
export type Brand<Value, Name extends string> = Value & { readonly [brand]: Name }
