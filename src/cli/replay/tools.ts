/** A program that loads rule text, and the language that it reads. */
export interface RuleTool {
  readonly name: string
  /** Id of the dialect. A tool whose dialect is not read yet is refused with that reason. */
  readonly dialect: string
  /** How results write a table of this tool: by its name, or with its family ("inet t"). */
  readonly tables: 'by name' | 'with family'
  /** What of the kernel holds the rules: which base chains there are, and how deep jumps may lead, goes by it. */
  readonly backEnd: 'legacy' | 'nft'
}

/** Every tool that `"tool"` may name. */
export const TOOLS: readonly RuleTool[] = [
  { name: 'iptables-legacy-restore', dialect: 'iptables', tables: 'by name', backEnd: 'legacy' },
  { name: 'iptables-restore', dialect: 'iptables', tables: 'by name', backEnd: 'nft' },
  { name: 'ip6tables-legacy-restore', dialect: 'ip6tables', tables: 'by name', backEnd: 'legacy' },
  { name: 'ip6tables-restore', dialect: 'ip6tables', tables: 'by name', backEnd: 'nft' },
  { name: 'nft', dialect: 'nft', tables: 'with family', backEnd: 'nft' },
  { name: 'ipchains', dialect: 'ipchains', tables: 'by name', backEnd: 'legacy' },
]
