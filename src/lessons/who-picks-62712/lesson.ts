import { blocked, sameRules, TO_THE_END, works } from '../goals'
import type { Lesson } from '../lesson'
import { ID, solution, start } from './start'

/** The range in the rule and the range of the host are two settings of two people (R030, R049, R050). */
export const whoPicks62712: Lesson = {
  id: ID,
  title: 'Who picks 62712?',
  summary: 'The rule knows about high ports and lets 32768 to 60999 in. Laptop picks from 49152 to 65535.',
  start,
  flow: 'twitter',
  device: 'router',
  captions: [
    {
      untilJourney: 0,
      text: 'Nobody typed 62712. The operating system of Laptop picks a source port for each connection from its own range, here 49152 to 65535.',
    },
    {
      untilJourney: 1,
      text: 'The rule accepts replies to 32768-60999, the range that Linux uses. The two ranges overlap, so some connections work; 62712 lies beyond the end of the rule.',
    },
    {
      untilJourney: TO_THE_END,
      text: 'A fault that comes and goes with the port is hard to find by trying. Compare the two ranges on the ruler.',
    },
  ],
  goals: [
    works(
      'page-opens',
      'Change the ports that Laptop picks from, so that https://twitter.com opens.',
      'twitter',
    ),
    works(
      'all-connections',
      'Let all 8 connections at once work: a range that overlaps in part is not enough.',
      'many',
    ),
    sameRules('rules-stay', 'Leave the rules as they are.', start),
    blocked('rdp-stays-closed', 'Keep Laptop :3389 closed to the internet.', 'rdp'),
  ],
  solution,
}
