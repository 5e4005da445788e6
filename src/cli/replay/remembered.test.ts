import { expect, test } from 'vitest'
import { Remembered } from './remembered'

test('a text is made once as long as the texts kept are short enough together', () => {
  const made: string[] = []
  const remembered = new Remembered<string>(6)
  const ask = (text: string) =>
    remembered.of(text, () => {
      made.push(text)
      return text.toUpperCase()
    })
  expect(['aaa', 'bbb', 'aaa', 'cc', 'bbb', 'aaa', 'too long', 'aaa'].map(ask)).toEqual(
    ['aaa', 'bbb', 'aaa', 'cc', 'bbb', 'aaa', 'too long', 'aaa'].map((text) => text.toUpperCase()),
  )
  expect(made).toEqual(['aaa', 'bbb', 'cc', 'aaa', 'too long', 'aaa'])
})
