import { blocked, sameRules, TO_THE_END, works } from '../goals'
import type { Lesson } from '../lesson'
import { ID, solution, start } from './start'

/** Two rules that do admit the reply, and a router that drops it all the same (R003 to R010). */
export const blackListDefenseLesson: Lesson = {
  id: ID,
  title: 'Who dropped it?',
  summary:
    'Two rules that look right, a page without its images, and a log line that ends in "Black List Defense".',
  start,
  flow: 'images',
  device: 'router',
  captions: [
    {
      untilJourney: 0,
      text: 'The page is open; its images come from akamai CDN. Rule 1 looks at destination port 443 and allows outbound, so the SYN leaves.',
    },
    {
      untilJourney: 1,
      text: 'The reply comes from port 443, and rule 2 would allow it inbound. It is never asked: Black List Defense runs before all rules, and the address of akamai CDN is on its list.',
    },
    {
      untilJourney: TO_THE_END,
      text: 'Each further try ends the same way. Changing the order of the two rules cannot help: neither of them dropped the packet.',
    },
  ],
  goals: [
    works('images-load', 'Let the images from akamai CDN load.', 'images'),
    works('page-opens', 'Keep https://twitter.com open.', 'twitter'),
    sameRules('rules-stay', 'Leave the two rules as they are: they are not the cause.', start),
    blocked('rdp-stays-closed', 'Keep Laptop :3389 closed to the internet.', 'rdp'),
  ],
  solution,
}
