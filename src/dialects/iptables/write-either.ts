import type { EitherTest } from '@/model/fields/field'
import type { Family } from '@/model/packet/address'
import type { PrintContext } from '../dialect'
import { type PlainTest, plainTest } from '../plain-terms'
import { writeConnectionEither } from './connection-matches'
import { key } from './merge'
import { chunkPorts, writePortRange } from './write-ports'

/** Options that say that one of the tests holds: alternatives, a line each; undefined where there are no words for it. */
export function writeEither(
  { tests }: EitherTest,
  family: Family,
  context: Pick<PrintContext, 'resolve' | 'resolveSet'>,
): string[] | undefined {
  const plains = tests.map((test) => plainTest(test, context))
  return writePortsAtEitherEnd(plains) ?? writeConnectionEither(plains, family)
}

/** `-m multiport --ports` */
function writePortsAtEitherEnd(plains: readonly PlainTest[]): string[] | undefined {
  const [source, destination, ...more] = plains
  if (source?.field !== 'sport' || destination?.field !== 'dport' || more.length > 0) return undefined
  const same = key(source.intervals) === key(destination.intervals)
  const chunks = chunkPorts(source.intervals)
  if (!same || source.negated || destination.negated || chunks.length !== 1) return undefined
  return [`-m multiport --ports ${source.intervals.map(writePortRange).join(',')}`]
}
