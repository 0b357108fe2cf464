import type { RunDetail, RunSummary } from '../../../src-shared/run.ts';
import { call } from '../../state/backend.ts';
import { activeStage, STAGE_LABELS } from '../../state/runProgress.ts';
import { experiments, isRunActive, isRunResumable, runById } from '../../state/stores.ts';
import { countOf } from '../../widgets/format.ts';
import { runCommand } from '../../workbench/commands.ts';
import { ask, confirmDanger } from '../../workbench/dialogs.ts';
import { closeEditorsOf, type OpenOptions, openEditor } from '../../workbench/editors.ts';
import { notify } from '../../workbench/notifications.ts';
import type { Command, Target } from '../../workbench/registry.ts';
import { changesBetween } from './changes.ts';

const runsOf = (target: Target) => (target.runIds ?? []).flatMap((id) => runById(id) ?? []);

/** The one run of a target, where it is just one. */
const theRun = (target: Target) => (target.runIds?.length === 1 ? runById(target.runIds[0]!) : undefined);

export function openRun(runId: string, options: OpenOptions = {}): void {
  openEditor('run', { runId }, options);
}

async function stopRuns(target: Target): Promise<void> {
  await Promise.all(
    runsOf(target)
      .filter(isRunActive)
      .map((run) => call('runs.stop', { runId: run.id })),
  );
}

const lossOf = (run: RunSummary, checkpoints: RunDetail['checkpoints']): string => {
  const stage = activeStage(run);
  if (!stage) return `${run.name} has not begun.`;
  const saved = Math.max(0, ...checkpoints.filter((each) => each.stage === stage.name).map(({ step }) => step));
  const lost = Math.max(0, stage.stepsDone - saved);
  return `${run.name} has done ${countOf(lost, 'step')} of ${STAGE_LABELS[stage.name].toLowerCase()} since its last checkpoint.`;
};

/** Says what has to be computed again, and offers to save instead. */
async function stopWithoutSaving(target: Target): Promise<void> {
  const active = runsOf(target).filter(isRunActive);
  const losses = await Promise.all(
    active.map(async (run) => lossOf(runById(run.id) ?? run, (await call('runs.get', { runId: run.id })).checkpoints)),
  );
  const what = active.length === 1 ? active[0]!.name : countOf(active.length, 'run');
  const choice = await ask(`Stop ${what} without saving?`, `${losses.join(' ')} That is computed again when it is resumed.`, [
    { id: 'save', label: 'Stop and save', kind: 'primary' },
    { id: 'drop', label: 'Stop without saving', kind: 'danger' },
  ]);
  if (choice === null) return;
  const still = active.filter((run) => isRunActive(runById(run.id) ?? run));
  await Promise.all(still.map((run) => call('runs.stop', { runId: run.id, save: choice === 'save' })));
}

async function resumeRuns(target: Target): Promise<void> {
  await Promise.all(
    runsOf(target)
      .filter(isRunResumable)
      .map((run) => call('runs.resume', { runId: run.id })),
  );
}

async function deleteRuns(target: Target): Promise<void> {
  const chosen = runsOf(target);
  const what = chosen.length === 1 ? `the run ${chosen[0]!.name}` : countOf(chosen.length, 'run');
  const detail = 'Its curves, results and checkpoints go with it. This cannot be undone.';
  if (!(await confirmDanger(`Delete ${what}?`, detail, 'Delete'))) return;
  for (const run of chosen) {
    await call('runs.delete', { runId: run.id });
    closeEditorsOf((editor) => editor.type === 'run' && editor.params.runId === run.id);
  }
}

/** The first free file name for a copy: "gated-copy", "gated-copy-2". */
function copyName(name: string): string {
  const stem = `${name.replace(/[^\p{L}\p{N}._-]+/gu, '-')}-copy`;
  const taken = new Set(experiments.use.getState().value.map((file) => file.name));
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? stem : `${stem}-${number}`;
    if (!taken.has(candidate)) return candidate;
  }
}

async function duplicateRun(target: Target): Promise<void> {
  const run = theRun(target)!;
  const { source } = await call('runs.get', { runId: run.id });
  const file = await call('experiments.write', { path: `${copyName(run.name)}.experiment.jsonc`, text: source });
  runCommand('experiments.open', { experimentPath: file.path });
}

/** From the resolved configuration, so that another version's defaults change nothing; says what is no longer the same. */
async function rerun(target: Target): Promise<void> {
  const before = await call('runs.get', { runId: theRun(target)!.id });
  const started = await call('runs.start', { text: JSON.stringify(before.config, null, 2) });
  openRun(started.id);
  const changed = changesBetween(before, await call('runs.get', { runId: started.id }));
  if (changed.length > 0) notify({ severity: 'warning', message: `${started.name} runs again, but not exactly: ${changed.join(', ')}.` });
}

async function copyId(target: Target): Promise<void> {
  const id = theRun(target)!.id;
  await navigator.clipboard.writeText(id);
  notify({ severity: 'info', message: `Copied ${id}` });
}

export const runCommands: Command[] = [
  {
    id: 'runs.open',
    category: 'Runs',
    label: 'Open',
    icon: 'go-to-file',
    enabled: (t) => runsOf(t).length > 0,
    menuOnly: true,
    run: (t) => {
      for (const run of runsOf(t)) openRun(run.id);
    },
  },
  {
    id: 'runs.stop',
    category: 'Runs',
    label: 'Stop and save a checkpoint',
    icon: 'debug-stop',
    enabled: (t) => runsOf(t).some(isRunActive),
    run: stopRuns,
  },
  {
    id: 'runs.stopWithoutSaving',
    category: 'Runs',
    label: 'Stop without saving',
    icon: 'stop-circle',
    enabled: (t) => runsOf(t).some(({ status }) => status === 'running'),
    run: stopWithoutSaving,
  },
  {
    id: 'runs.resume',
    category: 'Runs',
    label: 'Resume from the last checkpoint',
    icon: 'debug-continue',
    enabled: (t) => runsOf(t).some(isRunResumable),
    run: resumeRuns,
  },
  {
    id: 'runs.rerun',
    category: 'Runs',
    label: 'Run again exactly',
    icon: 'debug-rerun',
    enabled: (t) => !!theRun(t) && !isRunActive(theRun(t)!),
    run: rerun,
  },
  {
    id: 'runs.duplicate',
    category: 'Runs',
    label: 'Duplicate as experiment file',
    icon: 'copy',
    enabled: (t) => !!theRun(t),
    run: duplicateRun,
  },
  { id: 'runs.copyId', category: 'Runs', label: 'Copy run id', icon: 'clippy', enabled: (t) => !!theRun(t), run: copyId },
  {
    id: 'runs.delete',
    category: 'Runs',
    label: 'Delete',
    icon: 'trash',
    enabled: (t) => runsOf(t).length > 0 && !runsOf(t).some(isRunActive),
    run: deleteRuns,
  },
];
