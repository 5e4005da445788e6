import { Dialog } from '../widgets/Dialog'

const KEYS: readonly { where: string; keys: readonly [string, string][] }[] = [
  {
    where: 'Everywhere',
    keys: [
      ['Ctrl Z', 'undo'],
      ['Ctrl Shift Z', 'redo'],
      ['F6', 'next region'],
      ['?', 'this list'],
    ],
  },
  {
    where: 'Playback',
    keys: [
      ['K', 'play or pause'],
      ['J, L', 'one packet back, forward'],
      ['Shift J, Shift L', 'one rule or hop back, forward'],
      ['Home, End', 'to the start, to the end'],
      [', and .', 'slower, faster'],
    ],
  },
  {
    where: 'Drawing',
    keys: [
      ['Tab', 'next device'],
      ['Arrows', 'move the device'],
      ['C', 'connect to another device'],
      ['Delete', 'delete the device or link'],
    ],
  },
  {
    where: 'Rule table',
    keys: [
      ['Arrows', 'move between cells'],
      ['Enter, F2', 'edit the cell'],
      ['Enter on #', 'show a packet that the rule decided'],
      ['Esc', 'keep the old value'],
      ['Tab', 'next cell'],
      ['!', 'negate the cell'],
      ['Space', 'turn the rule on or off'],
      ['Alt ↑, Alt ↓', 'move the rule'],
      ['Ctrl D', 'duplicate'],
      ['Del', 'delete'],
      ['Ctrl C, X, V', 'copy, cut, paste rules as text'],
    ],
  },
]

/** All keys in one place. */
export function HelpDialog({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog title="Keys" onClose={onClose}>
      <div className="help-keys">
        {KEYS.map(({ where, keys }) => (
          <section key={where} aria-label={where}>
            <h3>{where}</h3>
            <dl>
              {keys.map(([key, does]) => (
                <div key={key}>
                  <dt>
                    <kbd>{key}</kbd>
                  </dt>
                  <dd>{does}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  )
}
