/*
 * A backslash at the end of a line goes on with the next one in pf.conf, in a comment too: a name that ended with one would
 * take the rule below it out.
 */

/** A comment line that ends with itself. */
export const closedComment = (line: string): string => (/\\( #)*$/.test(line) ? `${line} #` : line)

/** The comment without the end that `closedComment` gave it. */
export const openedComment = (line: string): string => (/\\( #)+$/.test(line) ? line.slice(0, -2) : line)
