import { Pause, Play, Repeat, SkipBack, SkipForward, StepBack, StepForward } from 'lucide-react'
import type { KeyboardEvent } from 'react'
import { useStore } from 'zustand'
import {
  changeSpeed,
  clockStore,
  SPEEDS,
  seek,
  setSpeed,
  toggleLoop,
  togglePlay,
} from '@/state/playback/clock'
import { goToEnd, goToJourney, goToStart, stepBack, stepForward, useCursor } from '@/state/playback/cursor'
import { timelineOf } from '@/state/playback/timeline'
import { useCurrentTrace } from '@/state/run-store'
import { formatSeconds } from './ladder-rows'
import './toolbar.css'

/** Playback of the selected flow: back and forth in time, packet by packet. */
export function PlaybackToolbar() {
  const trace = useCurrentTrace()
  const playing = useStore(clockStore, (clock) => clock.playing)
  const speed = useStore(clockStore, (clock) => clock.speed)
  const loop = useStore(clockStore, (clock) => clock.loop)
  const cursor = useCursor()
  const count = trace?.journeys.length ?? 0
  const packet = cursor.journey + 1
  const simulatedMs = trace?.steps[Math.max(0, cursor.step)]?.atMs ?? 0
  const none = count === 0
  return (
    <div className="playback" role="toolbar" aria-label="Playback" onKeyDown={onKey}>
      <button
        type="button"
        className="btn quiet icon desk"
        aria-label="Go to start"
        onClick={goToStart}
        disabled={none}
      >
        <SkipBack className="i" />
      </button>
      <button
        type="button"
        className="btn quiet icon"
        aria-label="Step back"
        onClick={(event) => stepBack({ fine: event.shiftKey })}
        disabled={none}
      >
        <StepBack className="i" />
      </button>
      <button
        type="button"
        className="btn icon"
        aria-label={playing ? 'Pause' : 'Play'}
        onClick={togglePlay}
        disabled={none}
      >
        {playing ? <Pause className="i solid" /> : <Play className="i solid" />}
      </button>
      <button
        type="button"
        className="btn quiet icon"
        aria-label="Step forward"
        onClick={(event) => stepForward({ fine: event.shiftKey })}
        disabled={none}
      >
        <StepForward className="i" />
      </button>
      <button
        type="button"
        className="btn quiet icon desk"
        aria-label="Go to end"
        onClick={goToEnd}
        disabled={none}
      >
        <SkipForward className="i" />
      </button>
      <Slider packet={packet} count={count} simulatedMs={simulatedMs} />
      <span className="s12 nowrap packet-count">
        <b>Packet {packet}</b> <span className="t3">of {count}</span>
      </span>
      <span className="mono s12 t3 nowrap simulated">{formatSeconds(simulatedMs)} s</span>
      <label className="speed desk">
        <span className="vh">Speed</span>
        <select value={speed} onChange={(event) => setSpeed(Number(event.target.value))}>
          {SPEEDS.map((each) => (
            <option key={each} value={each}>
              {each}×
            </option>
          ))}
        </select>
      </label>
      <button
        type="button"
        className={`btn quiet icon desk ${loop ? 'on' : ''}`}
        aria-label="Loop"
        aria-pressed={loop}
        onClick={toggleLoop}
      >
        <Repeat className="i" />
      </button>
    </div>
  )
}

const KEYS: Readonly<Record<string, (event: KeyboardEvent) => void>> = {
  k: togglePlay,
  j: (event) => stepBack({ fine: event.shiftKey }),
  l: (event) => stepForward({ fine: event.shiftKey }),
  ',': () => changeSpeed(-1),
  '.': () => changeSpeed(1),
  home: goToStart,
  end: goToEnd,
}

function onKey(event: KeyboardEvent): void {
  const act = KEYS[event.key.toLowerCase()]
  if (
    !act ||
    event.ctrlKey ||
    event.metaKey ||
    event.altKey ||
    (event.target as HTMLElement).tagName === 'SELECT'
  )
    return
  event.preventDefault()
  act(event)
}

interface SliderProps {
  readonly packet: number
  readonly count: number
  readonly simulatedMs: number
}

/** Counts packets: one tick each at the moment its fate is seen. A drag scrubs through time itself. */
function Slider({ packet, count, simulatedMs }: SliderProps) {
  const trace = useCurrentTrace()
  const share = useStore(clockStore, ({ tMs, durationMs }) =>
    durationMs > 0 ? Math.round((Math.max(0, tMs) / durationMs) * 1000) / 10 : 0,
  )
  const timeline = trace && timelineOf(trace)
  const scrub = (event: React.PointerEvent<HTMLDivElement>) => {
    const box = event.currentTarget.getBoundingClientRect()
    seek(((event.clientX - box.left) / box.width) * clockStore.getState().durationMs)
  }
  return (
    <div
      className="slider"
      role="slider"
      tabIndex={0}
      aria-label="Position"
      aria-valuemin={0}
      aria-valuemax={count}
      aria-valuenow={packet}
      aria-valuetext={`Packet ${packet} of ${count}, ${formatSeconds(simulatedMs)} s`}
      style={{ '--at': `${share}%` } as React.CSSProperties}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId)
        scrub(event)
      }}
      onPointerMove={(event) => event.buttons === 1 && scrub(event)}
      onKeyDown={(event) => {
        const keys: Record<string, () => void> = {
          ArrowRight: () => stepForward({ fine: event.shiftKey }),
          ArrowUp: () => stepForward({ fine: event.shiftKey }),
          ArrowLeft: () => stepBack({ fine: event.shiftKey }),
          ArrowDown: () => stepBack({ fine: event.shiftKey }),
          PageUp: () => goToJourney(Math.min(count - 1, packet + 4)),
          PageDown: () => (packet > 5 ? goToJourney(packet - 6) : goToStart()),
        }
        const act = keys[event.key]
        if (!act) return
        event.preventDefault()
        act()
      }}
    >
      <i className="done" />
      {timeline &&
        count <= 200 &&
        trace.journeys.map(({ index, disposition }) => (
          <u
            key={index}
            className={disposition.kind === 'delivered' ? '' : 'x'}
            style={{ left: `${((timeline.ends[index] ?? 0) / timeline.durationMs) * 100}%` }}
          />
        ))}
      <b />
    </div>
  )
}
