/** A program that loads rule text, and the language that it reads. */
export interface RuleTool {
  readonly name: string
  /** Id of the dialect. A tool whose dialect is not read yet is refused with that reason. */
  readonly dialect: string
  /** How results write a table of this tool: by its name, or with its family ("inet t"). */
  readonly tables: 'by name' | 'with family'
  /** How many user chains a jump may lead down; the tool refuses more. Absent: as many as there are. */
  readonly deepestJump?: number
}

/** NFT_JUMP_STACK_SIZE of the kernel, less the base chain: "Too many links". */
const deepestJump = 15

/** Every tool that `"tool"` may name. */
export const TOOLS: readonly RuleTool[] = [
  { name: 'iptables-legacy-restore', dialect: 'iptables', tables: 'by name' },
  { name: 'iptables-restore', dialect: 'iptables', tables: 'by name', deepestJump },
  { name: 'ip6tables-legacy-restore', dialect: 'ip6tables', tables: 'by name' },
  { name: 'ip6tables-restore', dialect: 'ip6tables', tables: 'by name', deepestJump },
  { name: 'nft', dialect: 'nft', tables: 'with family', deepestJump },
  { name: 'ipchains', dialect: 'ipchains', tables: 'by name' },
]
