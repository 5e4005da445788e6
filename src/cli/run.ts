import { droppedDiscovery } from '@/analyses/neighbor-discovery/neighbor-discovery'
import { describeFlow } from '@/applications/request'
import { runFlow } from '@/applications/run-flow'
import { compileNetwork } from '@/engine/compile'
import type { Trace } from '@/engine/trace'
import type { Design, FlowRequest } from '@/model/project/design'
import { oneOperand, readArguments } from './arguments'
import { type Command, readText, Trouble, writeJson } from './command'
import { lostWhere } from './lost-where'
import { readDesign } from './read-design'

/** Runs the checks of a design: policy tests for a build server. */
export const run: Command = {
  name: 'run',
  summary: 'the checks of a design; fails when one does',
  help: `
Usage: highport run DESIGN.json [--check NAME] [--json]

Runs every check of the design (flows that must work or must be blocked) and says what became of each.

  --check NAME  only the check of that name or id
  --json        the results as JSON

Exit status: 0 when all checks hold, 1 when one does not, 2 when the design or the check cannot be run.
`,
  run(args, io) {
    const given = readArguments(args, { flags: ['--json'], values: ['--check'] })
    const design = readDesign(readText(oneOperand(given, 'Design'), io))
    const checks = chooseChecks(design, given.value('--check'))
    const network = compileNetwork(design)
    const results = checks.map((flow) => resultOf(design, flow, runFlow(network, design, flow)))
    const ok = results.every((result) => result.ok)
    const notes = droppedDiscovery(network).map(({ device, sentence }) => ({
      device: network.devices.get(device)?.name ?? device,
      sentence,
    }))
    if (given.has('--json')) writeJson({ design: design.name, ok, checks: results, notes }, io)
    else {
      for (const { ok: holds, name, expect, outcome, why } of results) {
        const what = holds ? outcome : `must ${expect === 'works' ? 'work' : 'be blocked'}, but: ${outcome}`
        io.write(`${holds ? 'ok  ' : 'FAIL'}  ${name}: ${what}${why && !holds ? `\n      ${why}` : ''}\n`)
      }
      for (const { device, sentence } of notes) io.write(`note  ${device}: ${sentence}\n`)
      const failed = results.filter((result) => !result.ok).length
      io.write(`${summary(results.length, failed)}\n`)
    }
    return ok ? 0 : 1
  },
}

function summary(checks: number, failed: number): string {
  if (failed > 0)
    return `${checks} ${checks === 1 ? 'check' : 'checks'}, ${failed} ${failed === 1 ? 'fails' : 'fail'}`
  return checks === 1 ? '1 check, it holds' : `${checks} checks, all hold`
}

const nameOf = (flow: FlowRequest, design: Design) => flow.name || describeFlow(flow, design)

function chooseChecks(design: Design, wanted: string | undefined): FlowRequest[] {
  const checks = design.flows.filter(({ expect }) => expect !== undefined)
  if (checks.length === 0) throw new Trouble('The design has no checks. Keep a flow as a check first.')
  if (wanted === undefined) return checks
  const chosen = checks.filter((flow) => flow.id === wanted || nameOf(flow, design) === wanted)
  if (chosen.length === 0)
    throw new Trouble(
      `There is no check "${wanted}". The checks are: ${checks.map((flow) => nameOf(flow, design)).join('; ')}.`,
    )
  return chosen
}

function resultOf(design: Design, flow: FlowRequest, trace: Trace) {
  const { works, cause, text } = trace.outcome
  const why = lostWhere(design, trace)
  return {
    id: flow.id,
    name: nameOf(flow, design),
    expect: flow.expect,
    ok: works === (flow.expect === 'works'),
    works,
    cause,
    outcome: text,
    packets: trace.journeys.length,
    endsAtMs: trace.endsAtMs,
    ...(why === undefined ? {} : { why }),
  }
}
