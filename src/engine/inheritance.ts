import { opposite } from './conntrack/tuple'
import type { Inheritance, Passage } from './passage'

/**
 * What an answer to this packet takes over: it is RELATED to the packet's connection and goes the other way, even where
 * the connection never gets confirmed [D1, D2]. Of a packet without a connection it takes nothing and is looked at like
 * any other, which makes it INVALID [e10 E1, E3]; the kernel remembers of an untracked one that there was something.
 */
export function inheritanceOf({ tracking, binding }: Passage): Inheritance {
  return {
    ...(tracking?.entry
      ? {
          tracking: {
            state: 'related' as const,
            direction: opposite(tracking.direction),
            entry: tracking.entry,
          },
        }
      : {}),
    ...(tracking?.state === 'untracked' ? { answersUntracked: true as const } : {}),
    ...(binding ? { binding } : {}),
  }
}
