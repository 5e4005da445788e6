import type { Journey, Trace } from '@/engine/trace'
import { formatAddress } from '@/model/packet/address'
import { packetLength } from '@/model/packet/build'
import { icmpTypeName } from '@/model/packet/icmp'
import type { Packet } from '@/model/packet/packet'
import { formatProtocol } from '@/model/packet/protocol'
import { formatTcpFlags } from '@/model/packet/tcp-flags'

interface Props {
  readonly trace: Trace
  readonly journey: Journey
  readonly upToStep: number
}

/** Every header field of the packet, as it was made and as it is now, where translation has changed it. */
export function PacketFields({ trace, journey, upToStep }: Props) {
  const steps = journey.steps.filter((index) => index <= upToStep).map((index) => trace.steps[index])
  const now = steps.findLast(
    (step) => step?.kind === 'ended' || step?.kind === 'arrived' || step?.kind === 'hop',
  )
  const current = now && 'packet' in now ? now.packet : journey.packet
  const made = fieldsOf(journey.packet)
  const later = new Map(fieldsOf(current))
  return (
    <details className="packet-fields">
      <summary>Header fields</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">field</th>
            <th scope="col">as made</th>
            <th scope="col">now</th>
          </tr>
        </thead>
        <tbody>
          {made.map(([name, value]) => {
            const changed = later.get(name) !== value
            return (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td className="mono">{value}</td>
                <td className={`mono ${changed ? 'translate' : 't3'}`}>
                  {changed ? later.get(name) : 'the same'}
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </details>
  )
}

function fieldsOf(packet: Packet): [string, string][] {
  const common: [string, string][] = [
    ['protocol', formatProtocol(packet.protocol)],
    ['source', formatAddress(packet.src)],
    ['destination', formatAddress(packet.dst)],
    [packet.family === 4 ? 'TTL' : 'hop limit', String(packet.hopLimit)],
    ['length', `${packetLength(packet)} bytes`],
    ['identification', String(packet.id)],
  ]
  switch (packet.kind) {
    case 'tcp':
      return [
        ...common,
        ['source port', String(packet.sport)],
        ['destination port', String(packet.dport)],
        ['flags', formatTcpFlags(packet.flags)],
        ['sequence number', String(packet.seq)],
        ['acknowledgment number', String(packet.ack)],
        ['window', String(packet.window)],
      ]
    case 'udp':
      return [...common, ['source port', String(packet.sport)], ['destination port', String(packet.dport)]]
    case 'icmp':
      return [
        ...common,
        [
          'type and code',
          `${icmpTypeName(packet.family, packet.type, packet.code)} (${packet.type}/${packet.code})`,
        ],
        ['identifier', String(packet.icmpId ?? '-')],
      ]
    case 'other':
      return common
  }
}
