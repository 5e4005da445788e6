import { hexadecimal, parseBits } from '@/model/fields/bits'
import { familyOf, formatAddress, type IpAddress, parseAddress } from '@/model/packet/address'
import { formatPortRange, parsePortRange } from '@/model/packet/port'
import { failure, type Result, success } from '@/model/result'
import { type NatTo, REJECT_KINDS, type RejectKind, type Target } from '@/model/ruleset/ruleset'
import { LeftOut } from '../left-out'
import { hidesSomething } from '../plain-text'

/** The cells "action" and "to". */
export interface TargetCells {
  readonly action: string
  readonly to: string
}

/** Kept text that is longer is no rule of anybody's. */
const TEXT_AT_MOST = 500

/** Throws LeftOut. `chain` is the written name of a user chain. */
export function writeTarget(target: Target, chain: (name: string) => string | undefined): TargetCells {
  switch (target.kind) {
    case 'accept':
    case 'drop':
    case 'return':
    case 'notrack':
    case 'continue':
      return { action: target.kind, to: '' }
    case 'reject':
      return { action: 'reject', to: target.with }
    case 'jump':
    case 'goto': {
      const name = chain(target.chain)
      if (name === undefined) throw new LeftOut('it jumps to a chain that is not there.')
      return { action: target.kind, to: name }
    }
    case 'log':
      return { action: 'log', to: plain(target.prefix, 'what its log line begins with') }
    case 'snat':
    case 'dnat':
    case 'masquerade':
    case 'redirect':
      return { action: target.kind, to: writeNatTo(target.to) }
    case 'mark':
    case 'connmark':
      return { action: target.kind, to: `${hexadecimal(target.flip)}/${hexadecimal(target.mask)}` }
    case 'save-mark':
    case 'restore-mark':
      return { action: target.kind, to: `${hexadecimal(target.from)}/${hexadecimal(target.to)}` }
    case 'opaque':
      return {
        action: 'other',
        to: `${plain(target.dialect, 'its target')}: ${plain(target.text, 'its target')}`,
      }
    default:
      throw new LeftOut('what it does has no word here.')
  }
}

export function plain(text: string, what: string): string {
  if (hidesSomething(text) || text.length > TEXT_AT_MOST)
    throw new LeftOut(`${what} is not one short line of plain text.`)
  return text
}

function writeNatTo({ addresses, ports, random }: NatTo): string {
  const [first, last] = [
    addresses && formatAddress(addresses.first),
    addresses && formatAddress(addresses.last),
  ]
  return [
    first === last ? first : `${first}-${last}`,
    ports && `port ${formatPortRange(ports)}`,
    random && 'random',
  ]
    .filter(Boolean)
    .join(' ')
}

export function readTarget({ action, to }: TargetCells): Result<Target> {
  const word = action.trim().toLowerCase()
  switch (WORDS[word] ?? word) {
    case 'accept':
    case 'drop':
    case 'return':
    case 'notrack':
    case 'continue':
      return success({ kind: (WORDS[word] ?? word) as 'accept' })
    case 'reject': {
      const kind = to.trim() === '' ? 'icmp-port-unreachable' : to.trim()
      return REJECT_KINDS.includes(kind as RejectKind)
        ? success({ kind: 'reject', with: kind as RejectKind })
        : failure(`${to} is no answer of reject. Write ${REJECT_KINDS.slice(0, 4).join(', ')} ...`)
    }
    case 'jump':
    case 'goto':
      return to === ''
        ? failure(`${action} needs the name of a chain in "to".`)
        : success({ kind: word as 'jump', chain: to })
    case 'log':
      return success({ kind: 'log', prefix: to })
    case 'snat':
    case 'dnat':
    case 'masquerade':
    case 'redirect': {
      const read = readNatTo(to)
      if (!read) return failure(`${to} is no place to translate to. Write 192.168.1.10, port 80, or both.`)
      return success({ kind: word as 'snat', to: read })
    }
    case 'mark':
    case 'connmark':
    case 'save-mark':
    case 'restore-mark': {
      const [first, second] = to.split('/').map((each) => parseBits(each))
      if (first === undefined || second === undefined)
        return failure(`${to} is no change of a mark, such as 0x1/0xff.`)
      return success(
        word === 'mark' || word === 'connmark'
          ? { kind: word, flip: first, mask: second }
          : { kind: word as 'save-mark', from: first, to: second },
      )
    }
    case 'other': {
      const [, dialect = '', text = ''] = /^([^:]*): (.*)$/s.exec(to) ?? []
      return success({ kind: 'opaque', dialect, text })
    }
    default:
      return failure(`${action || 'Nothing'} is no action. Write accept, drop, reject, jump, return or log.`)
  }
}

/** Words that people write themselves. */
const WORDS: Readonly<Record<string, string>> = {
  allow: 'accept',
  permit: 'accept',
  pass: 'accept',
  deny: 'drop',
  block: 'drop',
  discard: 'drop',
}

function readNatTo(text: string): NatTo | undefined {
  const [, first, last, ports, random] =
    /^\s*(?:([\d.a-f:]+)(?:-([\d.a-f:]+))?)?\s*(?:port ([\d-]+))?\s*(random)?\s*$/i.exec(text) ?? []
  if (text.trim() !== '' && first === undefined && ports === undefined && random === undefined)
    return undefined
  const [from, to] = [first, last ?? first].map((each) =>
    each === undefined ? undefined : parseAddress(each),
  )
  const range = ports === undefined ? undefined : parsePortRange(ports)
  if (from?.ok === false || to?.ok === false || range?.ok === false) return undefined
  const addresses =
    from?.ok && to?.ok ? { first: from.value as IpAddress, last: to.value as IpAddress } : undefined
  if (
    addresses &&
    (familyOf(addresses.first) !== familyOf(addresses.last) || addresses.first > addresses.last)
  )
    return undefined
  return {
    ...(addresses && { addresses }),
    ...(range?.ok && { ports: range.value }),
    ...(random !== undefined && { random: true }),
  }
}
