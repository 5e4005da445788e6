import type { Answer, Case, Header, PacketAnswer, PacketSpec } from '../case'
import type { Choices } from './choices'
import type { TestNetwork } from './network'
import { FIRST_SOURCE_PORT, PORTS } from './rules'

type Engine = (given: Case) => Answer

/**
 * Packets for a case in rounds: what is delivered is answered from where it arrived, as it arrived there, so that
 * conversations go on through whatever translation the rules do.
 */
export function generatePackets(
  random: Choices,
  network: TestNetwork,
  count: number,
  given: Omit<Case, 'packets'>,
  engine: Engine,
): PacketSpec[] {
  const packets: PacketSpec[] = []
  const maker = packetMaker(random, network)
  let answered = 0
  while (packets.length < count) {
    const answers = packets.length === 0 ? [] : (engine({ ...given, packets }).packets ?? [])
    const earlier = packets.length
    for (; answered < earlier; answered++) {
      const [packet, answer] = [packets[answered], answers[answered]]
      if (packet && answer && random.chance(80)) packets.push(...maker.answerTo(packet, answer))
    }
    packets.push(...random.list(random.between(1, 4), maker.opener).flat())
    if (random.chance(30)) packets.push({ ...random.one(packets) })
  }
  return packets.slice(0, count)
}

function packetMaker(random: Choices, network: TestNetwork) {
  const { addresses, family } = network
  const owners = {
    client: addresses.client,
    desk: addresses.desk,
    server: addresses.server,
    other: addresses.other,
  } as const
  const [icmp, echo, echoReply] = family === 4 ? (['icmp', 8, 0] as const) : (['icmpv6', 128, 129] as const)
  let flows = 0

  function opener(): PacketSpec[] {
    const packet = openingPacket()
    // Of later fragments of IPv6 the trace of nf_tables shows too little to follow them before conntrack.
    const isCut = family === 4 && packet.proto === 'udp' && random.chance(20)
    return isCut ? inFragments(packet) : [packet]
  }

  /** The datagram in fragments, now and then in another order, or with one that is lost or comes twice. */
  function inFragments({ sport = 0, dport = 0, ...header }: PacketSpec): PacketSpec[] {
    const sizes = random.list(random.between(1, 3), () => 8 * random.between(1, 80))
    const pieces: PacketSpec[] = []
    let offset = 0
    for (const size of [...sizes, random.between(1, 600)]) {
      const fragment = { offset, more: pieces.length < sizes.length }
      const ports = offset === 0 ? { sport, dport } : {}
      // The header of UDP takes eight bytes of the first one.
      pieces.push({ ...header, ...ports, id: sport, fragment, payload: offset === 0 ? size - 8 : size })
      offset += size
    }
    if (random.chance(30)) pieces.reverse()
    if (random.chance(20)) pieces.splice(random.number(pieces.length), 1)
    if (random.chance(20)) pieces.push({ ...random.one(pieces) })
    return pieces
  }

  function openingPacket(): PacketSpec {
    const from = random.one(['client', 'client', 'desk', 'server', 'other', 'router'] as const)
    const src = from === 'router' ? random.one([addresses.lan, addresses.wan]) : owners[from]
    const inside = from === 'client' || from === 'desk'
    const usual = inside
      ? [addresses.server, addresses.server, addresses.other, addresses.wan, addresses.lan]
      : [addresses.wan, addresses.wan, addresses.client, addresses.desk]
    const dst =
      from === 'router'
        ? random.one(Object.values(owners))
        : random.chance(4)
          ? random.one(network.nobody.slice(0, 2))
          : random.one(usual)
    const own = FIRST_SOURCE_PORT + flows++
    const ends = {
      from,
      src,
      dst,
      ...(from !== 'router' &&
        !network.nobody.includes(dst) &&
        random.chance(20) && { inject: 'wire' as const }),
      ...hopLimit(),
    }
    const kind = random.number(100)
    if (kind < 20) return { ...ends, proto: icmp, icmp_type: echo, icmp_id: own }
    const ports = { sport: own, dport: random.one(PORTS) }
    if (kind < 40) return { ...ends, ...ports, proto: 'udp' }
    if (kind < 85) return { ...ends, ...ports, proto: 'tcp', flags: 'S', seq: random.number(2 ** 30) }
    const flags = random.one(['A', 'PA', 'SA', 'F', 'FA', 'R', 'RA', '', 'SF', 'FPU', 'SEC'])
    return {
      ...ends,
      ...ports,
      proto: 'tcp',
      flags,
      seq: random.number(2 ** 30),
      ack: random.number(2 ** 30),
    }
  }

  const hopLimit = () => ({
    ...(random.chance(3) && { ttl: random.between(1, 2) }),
    ...(random.chance(20) && { tos: random.one([0x10, 0xb8, 0xc0, 0x02]) }),
  })

  function answerTo(packet: PacketSpec, answer: PacketAnswer): PacketSpec[] {
    if (answer.verdict !== 'delivered' || !answer.received) return []
    const received = answer.received
    const here = answer.at.host
    // What REDIRECT sends to ::1 is not answered: the kernel's stack is silent towards such a source, ours is not yet.
    if (received.dst === '::1') return []
    if (random.chance(8)) return [errorAbout(here, received)]
    const ends = { from: here, src: String(received.dst), dst: String(received.src) }
    const swapped = { ...ends, sport: Number(received.dport), dport: Number(received.sport) }
    if (received.proto === 'udp') return [{ ...swapped, proto: 'udp' }]
    if (received.proto === icmp)
      return received.icmp_type === echo
        ? [{ ...ends, proto: icmp, icmp_type: echoReply, icmp_id: Number(received.icmp_id) }]
        : []
    return received.proto === 'tcp' ? tcpAnswer(swapped, received, packet) : []
  }

  function tcpAnswer(
    ends: Pick<PacketSpec, 'from' | 'src' | 'dst'>,
    received: Header,
    packet: PacketSpec,
  ): PacketSpec[] {
    const flags = String(received.flags)
    const has = (letter: string) => flags.includes(letter)
    if (has('R')) return []
    const bytes = typeof packet.payload === 'number' ? packet.payload : 0
    const length = bytes + (has('S') ? 1 : 0) + (has('F') ? 1 : 0)
    const ack = (Number(received.seq) + length) % 2 ** 32
    const seq = has('A') ? Number(received.ack) : random.number(2 ** 30)
    const answer = { ...ends, proto: 'tcp' as const, seq, ack }
    if (has('S') && !has('A'))
      return [random.chance(85) ? { ...answer, flags: 'SA' } : { ...answer, flags: 'RA', seq: 0 }]
    const next = random.number(10)
    if (next < 5) return [{ ...answer, flags: 'PA', payload: random.between(1, 600) }]
    if (next < 7) return [{ ...answer, flags: 'A' }]
    if (next < 9) return [{ ...answer, flags: 'FA' }]
    return [{ ...answer, flags: random.one(['R', 'RA', 'A']) }]
  }

  /** An ICMP error about a packet that arrived; now and then from elsewhere, or to elsewhere. */
  function errorAbout(host: string, received: Header): PacketSpec {
    const { proto, src, dst, sport, dport, flags, seq, icmp_type, icmp_code, icmp_id } = received
    const quoted = { proto, src, dst, sport, dport, flags, seq, icmp_type, icmp_code, icmp_id }
    const inner = Object.fromEntries(Object.entries(quoted).filter(([, value]) => value !== undefined))
    const types = family === 4 ? ['3/1', '3/3', '11/0', '4/0'] : ['1/4', '1/0', '3/0', '4/1']
    const [type = 0, code = 0] = random.one(types).split('/').map(Number)
    return {
      from: host,
      src: String(dst),
      dst: random.chance(90) ? String(src) : random.one([addresses.client, addresses.server]),
      proto: icmp,
      icmp_type: type,
      icmp_code: code,
      inner: inner as unknown as PacketSpec,
    }
  }

  return { opener, answerTo }
}
