import type { Word } from '../iptables/words'
import type { UfwHook } from './own-rules'
import type { Policy, ReadLine } from './parse'
import { type End, portAndProtocol, type UfwRule } from './read-rule'

const POLICIES: Readonly<Record<string, Policy>> = { allow: 'accept', deny: 'drop', reject: 'reject' }
const HOOKS: Readonly<Record<string, UfwHook>> = {
  incoming: 'input',
  in: 'input',
  outgoing: 'output',
  out: 'output',
  routed: 'forward',
  route: 'forward',
}

/** Words behind `ufw`. */
export function readCommand(all: readonly Word[]): ReadLine {
  const words = all.filter(({ text }) => text !== '--force' && text !== '--dry-run' && text !== 'rule')
  const [head, second, third] = words
  const wrong = (message: string, word = head): ReadLine => ({
    kind: 'wrong',
    message,
    column: (word?.offset ?? 0) + 1,
    length: word?.length ?? 0,
  })
  switch (head?.text) {
    case undefined:
      return wrong('ufw needs a command after it.')
    case 'enable':
    case 'disable':
    case 'reload':
    case 'reset':
    case 'status':
    case 'show':
    case 'logging':
    case 'app':
    case 'version':
      return { kind: 'remark', message: `ufw ${head.text} changes no rule.` }
    case 'delete':
      return wrong('Deleting is not read. Paste what "ufw status numbered" prints.')
    case 'default': {
      const policy = POLICIES[second?.text ?? '']
      const hook = HOOKS[third?.text ?? 'incoming']
      if (!policy)
        return wrong(`${second?.text ?? 'Nothing'} is no policy. Write allow, deny or reject.`, second)
      return hook
        ? { kind: 'default', hook, policy }
        : wrong(`${third?.text} is no direction. Write incoming, outgoing or routed.`, third)
    }
    default:
      return new CommandReader(words).read()
  }
}

/** Walks over the words of a rule. */
class CommandReader {
  private at = 0
  private readonly words: readonly Word[]

  constructor(words: readonly Word[]) {
    this.words = words
  }

  private next(): Word | undefined {
    return this.words[this.at++]
  }

  private take(...texts: string[]): string | undefined {
    const word = this.words[this.at]
    if (!word || !texts.includes(word.text.toLowerCase())) return undefined
    this.at++
    return word.text.toLowerCase()
  }

  private wrong(message: string, word: Word | undefined): ReadLine {
    const last = word ?? this.words.at(-1)
    return { kind: 'wrong', message, column: (last?.offset ?? 0) + 1, length: last?.length ?? 0 }
  }

  read(): ReadLine {
    let routed = this.take('route') !== undefined
    let at: number | undefined
    if (this.take('prepend')) at = 1
    else if (this.take('insert')) {
      const number = this.next()
      if (!/^[1-9]\d{0,4}$/.test(number?.text ?? ''))
        return this.wrong('insert needs the number of a place.', number)
      at = Number(number?.text)
    }
    routed ||= this.take('route') !== undefined
    const action = this.next()
    if (!/^(allow|deny|reject|limit)$/i.test(action?.text ?? ''))
      return this.wrong(
        `${action?.text ?? 'Nothing'} is no action. Write allow, deny, reject or limit.`,
        action,
      )
    return this.readRest(routed, action?.text ?? '', at)
  }

  private readRest(routed: boolean, action: string, at: number | undefined): ReadLine {
    let hook: UfwHook = routed ? 'forward' : 'input'
    const ways: { iif?: string; oif?: string } = {}
    let [log, comment, protocol] = [false, '', undefined as string | undefined]
    const ends: { from: { address?: string; port?: string }; to: { address?: string; port?: string } } = {
      from: {},
      to: {},
    }
    let simple = true
    while (this.at < this.words.length) {
      const word = this.next()
      const text = word?.text.toLowerCase() ?? ''
      const value = () => this.next()?.text
      if (text === 'in' || text === 'out') {
        if (!routed) hook = text === 'in' ? 'input' : 'output'
        if (this.take('on')) ways[text === 'in' ? 'iif' : 'oif'] = value() ?? ''
      } else if (text === 'on' && !routed) ways[hook === 'output' ? 'oif' : 'iif'] = value() ?? ''
      else if (text === 'log' || text === 'log-all') log = true
      else if (text === 'comment') comment = value() ?? ''
      else if (text === 'proto') {
        protocol = value()
        simple = false
      } else if (text === 'from' || text === 'to') {
        simple = false
        ends[text].address = value() ?? ''
        if (this.take('port')) ends[text].port = value() ?? ''
        else if (this.take('app')) {
          const profile = portAndProtocol(value() ?? '')
          ends[text].port = profile.port
          protocol ??= profile.protocol
        }
      } else if (simple && ends.to.port === undefined) {
        const read = portAndProtocol(word?.text ?? '')
        ends.to.port = read.port
        protocol = read.protocol
      } else return this.wrong(`${word?.text} is not expected here.`, word)
    }
    const end = ({ address, port }: { address?: string; port?: string }): End => ({ address, port })
    const rule: UfwRule = {
      hook,
      action,
      log,
      protocol,
      from: end(ends.from),
      to: end(ends.to),
      iif: ways.iif,
      oif: ways.oif,
      family: undefined,
      comment,
    }
    return { kind: 'rule', rule, ...(at !== undefined && { at }) }
  }
}
