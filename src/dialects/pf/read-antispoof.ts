import type { Rule } from '@/model/ruleset/ruleset'
import { type Token, Tokens } from './lexer'
import { interfaceTerms, type PfRule } from './read-rule'
import { type Alternative, opaque, ranges, readHosts, readList, test } from './read-values'
import { Refusal } from './refusal'
import type { Scope } from './scope'

/**
 * `antispoof for em0`: nothing comes in from the network of an interface by another one, and nothing from its own address.
 * Source: pf.conf(5), "Blocking spoofed traffic".
 */
export function readAntispoof(all: readonly Token[], scope: Scope, target: Rule['target']): PfRule[] {
  const tokens = new Tokens(all.slice(1))
  const log = tokens.skip('log') !== undefined
  const quick = tokens.skip('quick') !== undefined
  if (!tokens.skip('for')) throw new Refusal('"for" and an interface are missing.', tokens.next ?? all[0])
  const names = readList(tokens, 'An interface', (from) => {
    const bracket = from.skip('(')
    const token = from.take()
    if (bracket) from.skip(')')
    if (token?.kind !== 'word') throw new Refusal('The name of an interface is missing.', token)
    return token
  })
  const family = tokens.skip('inet', 'inet6')
  const families: Alternative = family
    ? [test('family', ranges([family.text === 'inet' ? { first: 4, last: 4 } : { first: 6, last: 6 }]))]
    : []
  return names.flatMap((name): PfRule[] => {
    const remarks: PfRule['remarks'][number][] = []
    const from = (text: string): Alternative[] => {
      const hosts = readHosts(new Tokens([{ ...name, text }]), 'src', scope)
      if (hosts.flat().some(({ kind }) => kind === 'opaque'))
        remarks.push({
          kind: 'approximated',
          message: `Which addresses ${text} has is not known: the rule is assumed not to match.`,
          token: name,
        })
      return hosts.map((each) => [...families, ...each])
    }
    const rule = (on: PfRule['on'], alternatives: readonly Alternative[]): PfRule => ({
      action: 'block',
      target,
      direction: 'in',
      quick,
      log,
      on,
      alternatives,
      keepsState: false,
      label: 'antispoof',
      remarks: remarks.splice(0),
    })
    const isLoopback = /^lo\d*$/.test(name.text)
    const network = isLoopback ? [[opaque(`src ${name.text}:network`)]] : from(`${name.text}:network`)
    return [
      rule({ negated: true, terms: interfaceTerms(name.text, scope) }, network),
      ...(isLoopback ? [] : [rule(undefined, from(name.text))]),
    ]
  })
}
