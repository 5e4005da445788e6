import {
  BookOpen,
  ChevronDown,
  CircleQuestionMark,
  FileInput,
  FileOutput,
  Menu as MenuIcon,
  Moon,
  Redo2,
  Sun,
  Undo2,
} from 'lucide-react'
import { useRef } from 'react'
import { useStore } from 'zustand'
import { LESSONS } from '@/lessons'
import { redo, undo, useDesign } from '@/state/design-store'
import { saveStore } from '@/state/storage/autosave'
import { openDialog, setTheme, useView } from '@/state/view-store'
import { Menu, MenuCaption, MenuItem, MenuLine } from '../widgets/Menu'
import { downloadDesign, openLesson, openNewDesign, readDesignFile } from './documents'

const SAVE_WORDS = {
  saved: 'Saved in this browser',
  saving: 'Saving...',
  failed: 'Not saved',
  elsewhere: 'Saved by another tab',
} as const

/** Names the design, holds its history, its stories, and the ways in and out. */
export function TopBar() {
  const name = useDesign((state) => state.design.name)
  const lesson = useDesign((state) => LESSONS.find(({ id }) => id === state.design.lesson))
  const canUndo = useDesign((state) => state.past.at(-1)?.label)
  const canRedo = useDesign((state) => state.future.at(-1)?.label)
  const save = useStore(saveStore)
  const theme = useView((view) => view.theme)
  const file = useRef<HTMLInputElement>(null)
  const dark = theme === 'dark' || (theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches)
  const stories = LESSONS.map((each) => (
    <MenuItem key={each.id} note={each.summary} onSelect={() => openLesson(each)}>
      {each.title}
    </MenuItem>
  ))
  const designItems = (
    <>
      <MenuItem onSelect={openNewDesign}>New design</MenuItem>
      <MenuItem onSelect={() => file.current?.click()}>Open file...</MenuItem>
      <MenuItem onSelect={downloadDesign}>Download design</MenuItem>
      <MenuItem onSelect={() => openDialog('rename')}>Rename...</MenuItem>
    </>
  )
  return (
    <header className="topbar">
      <span className="brand">
        <svg viewBox="0 0 20 20" aria-hidden="true">
          <path d="M6 3H3v14h3M14 3h3v14h-3M7 10h6M10.5 7.5 13 10l-2.5 2.5" />
        </svg>
        Highport
      </span>
      <Menu
        trigger={
          <button type="button" className="btn quiet design-name" aria-label={`Design: ${name}`}>
            <span className="ellip">{name}</span> <ChevronDown className="i chev" />
          </button>
        }
      >
        {designItems}
      </Menu>
      <button
        type="button"
        className="btn quiet icon"
        aria-label="Undo"
        title={canUndo && `Undo: ${canUndo}`}
        disabled={canUndo === undefined}
        onClick={undo}
      >
        <Undo2 className="i s16" />
      </button>
      <button
        type="button"
        className="btn quiet icon desk"
        aria-label="Redo"
        title={canRedo && `Redo: ${canRedo}`}
        disabled={canRedo === undefined}
        onClick={redo}
      >
        <Redo2 className="i s16" />
      </button>
      <span
        className={`s12 desk wide saved ${save.status === 'failed' || save.status === 'elsewhere' ? 'drop' : 't3'}`}
      >
        {SAVE_WORDS[save.status]}
      </span>
      <span className="grow" />
      <Menu
        align="center"
        trigger={
          <button type="button" className="btn desk">
            <BookOpen className="i" /> <span className="t2">Story</span> {lesson?.title ?? 'none'}{' '}
            <ChevronDown className="i chev" />
          </button>
        }
      >
        {stories}
      </Menu>
      <span className="grow desk" />
      <button type="button" className="btn quiet desk" onClick={() => openDialog('import')}>
        <FileInput className="i" /> Import
      </button>
      <button type="button" className="btn quiet desk" onClick={() => openDialog('export')}>
        <FileOutput className="i" /> Export
      </button>
      <span className="vsep desk" />
      <button
        type="button"
        className="btn quiet icon desk"
        aria-label={dark ? 'Light theme' : 'Dark theme'}
        onClick={() => setTheme(dark ? 'light' : 'dark')}
      >
        {dark ? <Sun className="i s16" /> : <Moon className="i s16" />}
      </button>
      <button
        type="button"
        className="btn quiet icon desk"
        aria-label="Help"
        onClick={() => openDialog('help')}
      >
        <CircleQuestionMark className="i s16" />
      </button>
      <span className="phone">
        <Menu
          align="end"
          trigger={
            <button type="button" className="btn quiet icon" aria-label="Menu">
              <MenuIcon className="i s16" />
            </button>
          }
        >
          <MenuItem onSelect={redo}>Redo</MenuItem>
          <MenuItem onSelect={() => openDialog('import')}>Import</MenuItem>
          <MenuItem onSelect={() => openDialog('export')}>Export</MenuItem>
          <MenuItem onSelect={() => setTheme(dark ? 'light' : 'dark')}>
            {dark ? 'Light theme' : 'Dark theme'}
          </MenuItem>
          <MenuItem onSelect={() => openDialog('help')}>Help</MenuItem>
          <MenuLine />
          <MenuCaption>Stories</MenuCaption>
          {stories}
        </Menu>
      </span>
      <input
        ref={file}
        type="file"
        accept=".json,application/json"
        hidden
        onChange={(event) => {
          const chosen = event.target.files?.[0]
          event.target.value = ''
          if (chosen) void readDesignFile(chosen)
        }}
      />
    </header>
  )
}
