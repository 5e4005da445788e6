import type { UfwHook } from './own-rules'
import type { Policy, ReadLine } from './parse'
import { type End, portAndProtocol } from './read-rule'

const POLICIES: Readonly<Record<string, Policy>> = {
  allow: 'accept',
  deny: 'drop',
  reject: 'reject',
  disabled: 'drop',
}
const HOOKS: Readonly<Record<string, UfwHook>> = { incoming: 'input', outgoing: 'output', routed: 'forward' }

/** `Default: deny (incoming), allow (outgoing), disabled (routed)`. */
export function readDefaults(text: string): ReadLine | undefined {
  const [, list] = /^\s*Default:\s*(.*)$/.exec(text) ?? []
  if (list === undefined) return undefined
  const policies: Partial<Record<UfwHook, Policy>> = {}
  for (const [, word = '', side = ''] of list.matchAll(/(\w+) \((\w+)\)/g)) {
    const [hook, policy] = [HOOKS[side], POLICIES[word]]
    if (hook && policy) policies[hook] = policy
  }
  return { kind: 'defaults', policies }
}

/** `[ 1] 22/tcp on eth0   ALLOW IN   192.168.1.0/24   # ssh`. */
export function readStatusLine(text: string): ReadLine {
  if (/^\s*(Status|Logging|New profiles):/.test(text) || /^\s*(To\s+Action|--\s+-)/.test(text))
    return { kind: 'quiet' }
  const [body = '', ...comment] = text.split(/\s+# /)
  const found =
    /^\s*(?:\[\s*\d+\])?\s*(\S.*?)\s{2,}(ALLOW|DENY|REJECT|LIMIT)(?: (IN|OUT|FWD))?\s+(\S.*?)\s*$/.exec(body)
  if (!found)
    return {
      kind: 'wrong',
      message: 'This is no line of the status, such as "22/tcp ALLOW IN Anywhere".',
      column: 1,
      length: text.length,
    }
  const [, toText = '', action = '', way = 'IN', fromText = ''] = found
  const [to, from] = [readSide(toText), readSide(fromText)]
  const hook: UfwHook = way === 'OUT' ? 'output' : way === 'FWD' ? 'forward' : 'input'
  return {
    kind: 'rule',
    rule: {
      hook,
      action,
      log: /\(log(-all)?\b/.test(toText) || /\(log(-all)?\b/.test(fromText),
      protocol: to.protocol ?? from.protocol,
      from: from.end,
      to: to.end,
      iif: hook === 'input' ? (to.device ?? from.device) : hook === 'forward' ? from.device : undefined,
      oif: hook === 'output' ? (from.device ?? to.device) : hook === 'forward' ? to.device : undefined,
      family: to.isV6 || from.isV6 ? 6 : 4,
      comment: comment.join(' # '),
    },
  }
}

interface Side {
  readonly end: End
  readonly protocol: string | undefined
  readonly device: string | undefined
  readonly isV6: boolean
}

/** `10.0.0.1 80/tcp on eth0 (v6)`: an address, ports, an interface; each may be missing. */
function readSide(text: string): Side {
  const isV6 = /\(v6\)/.test(text)
  const bare = text.replace(/\([^)]*\)/g, ' ').trim()
  const [, before = bare, device] = /^(.*?)\s*\bon (\S+)\s*$/.exec(bare) ?? []
  const words = before.split(/\s+/).filter((word) => word !== '')
  const isAddress = (word: string) =>
    /^anywhere$/i.test(word) ||
    (/^[\d.]+(\/\d+)?$/.test(word) && word.includes('.')) ||
    (word.includes(':') && /^[0-9a-f:.]+(\/\d+)?$/i.test(word) && !/^\d+:\d+$/.test(word))
  const [first = ''] = words
  const address = isAddress(first.replace(/\/(tcp|udp|ah|esp|gre|igmp)$/, '')) ? first : undefined
  const rest = (address === undefined ? words : words.slice(1)).join(' ')
  const [bareAddress, onAddress] = address === undefined ? [] : splitProtocol(address)
  const ports = rest === '' ? undefined : portAndProtocol(rest)
  return {
    end: { address: bareAddress, port: ports?.port },
    protocol: ports?.protocol ?? onAddress,
    device,
    isV6: isV6 || (bareAddress?.includes(':') ?? false),
  }
}

/** `10.0.0.1/tcp` has a protocol where a prefix has its length. */
function splitProtocol(text: string): [string, string | undefined] {
  const [, address = text, protocol] = /^(.*)\/(tcp|udp|ah|esp|gre|igmp)$/.exec(text) ?? []
  return [address, protocol]
}
