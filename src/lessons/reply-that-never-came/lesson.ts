import { blocked, TO_THE_END, works } from '../goals'
import type { Lesson } from '../lesson'
import { ID, solution, start } from './start'

/** Outbound is allowed, the return is not: the fault that most people meet first (R115, R001). */
export const replyThatNeverCame: Lesson = {
  id: ID,
  title: 'The reply that never came',
  summary: 'HTTPS is allowed in both directions, and still no page opens. The reply does not go to port 443.',
  start,
  flow: 'twitter',
  device: 'router',
  captions: [
    {
      untilJourney: 0,
      text: 'Laptop asks twitter.com for a connection. The SYN goes to port 443; for the answer Laptop picks port 62712. The outbound rule "Web" lets it go.',
    },
    {
      untilJourney: 1,
      text: 'The reply swaps the ports: it comes from 443 and goes to 62712. The rule "HTTPS" looks at the destination port, so it does not match, nor does any other. The policy drops the reply.',
    },
    {
      untilJourney: TO_THE_END,
      text: 'Laptop hears nothing. It repeats its SYN and twitter.com its reply; every reply ends the same way, until Laptop gives up.',
    },
  ],
  goals: [
    works('page-opens', 'Let the reply reach port 62712, so that https://twitter.com opens.', 'twitter'),
    works('images-load', 'Let the images from akamai CDN load too.', 'images'),
    blocked('rdp-stays-closed', 'Keep Laptop :3389 closed to the internet.', 'rdp'),
  ],
  solution,
}
