import { type ReactNode, useState } from 'react';
import type { RunSummary } from '../../../src-shared/run.ts';
import { call, messageOf, useQuery } from '../../state/backend.ts';
import { runShare, useNow } from '../../state/runProgress.ts';
import { datasets, experiments, imports, isRunResumable, runs } from '../../state/stores.ts';
import { Button, ErrorNote, Note, ProgressBar } from '../../widgets/controls.tsx';
import { formatCount } from '../../widgets/format.ts';
import { Icon } from '../../widgets/Icon.tsx';
import { runCommand } from '../../workbench/commands.ts';
import { SAMPLE_NAME, type StepState, type WalkthroughState, walkthroughState } from './walkthroughSteps.ts';

const ICONS: Record<StepState, string> = {
  waits: 'circle-large',
  ready: 'circle-large-filled',
  'going-on': 'loading',
  done: 'pass-filled',
};
const WORDS: Record<StepState, string> = { waits: 'later', ready: 'next', 'going-on': 'going on', done: 'done' };

function useWalkthrough() {
  return walkthroughState({
    datasets: datasets.use((state) => state.value),
    imports: imports.use((state) => state.value),
    experiments: experiments.use((state) => state.value),
    runs: runs.use((state) => state.value),
  });
}

/** From nothing to a personalised language model, and to what it is better than, on a made-up dataset: five steps, each one click. */
export default function WalkthroughEditor() {
  const state = useWalkthrough();
  const [error, setError] = useState<string | null>(null);
  const attempt = (action: () => Promise<unknown>) => {
    setError(null);
    action().catch((failure) => setError(messageOf(failure)));
  };
  const { experimentPath, latestRun } = state;
  return (
    <div className="page">
      <header className="page-head">
        <h1>Walkthrough</h1>
      </header>
      <div className="page-body">
        <p className="walkthrough-lead">
          In five steps, and some minutes of computing, a small language model learns who it writes for. Everything stays on this machine.
        </p>
        {error && <ErrorNote message={error} />}
        <ol className="walkthrough">
          <Step state={state.dataset} title="Make up a dataset">
            <p>
              1,500 people whose tastes drift rate films that do not exist. A <em>timeline</em> is what one person met, in order: the model
              is to tell what comes next.
            </p>
            {state.dataset === 'ready' && (
              <Button kind="primary" icon="sparkle" onClick={() => attempt(() => call('datasets.importSample', {}))}>
                Make the sample dataset
              </Button>
            )}
            {state.dataset === 'done' && (
              <Button onClick={() => runCommand('datasets.open', { datasetName: SAMPLE_NAME })}>Look at it</Button>
            )}
          </Step>
          <Step state={state.experiment} title="Write an experiment">
            <p>
              One commented file says what is trained: a <em>user encoder</em> turns a timeline into vectors, and <em>cross-attention</em>{' '}
              lets the language model look at them.
            </p>
            {state.experiment === 'ready' && (
              <Button
                kind="primary"
                icon="beaker"
                onClick={() => attempt(() => call('experiments.create', { dataset: SAMPLE_NAME, integration: 'cross-attention' }))}
              >
                Write it for me
              </Button>
            )}
            {experimentPath !== null && <Button onClick={() => runCommand('experiments.open', { experimentPath })}>Read it</Button>}
          </Step>
          <Step state={state.run} title="Run it">
            <p>Encoder and language model are trained, joined, and tested on people they have not seen. You can stop, and resume later.</p>
            {state.run === 'ready' && experimentPath !== null && (
              <RunButtons latestRun={latestRun} onStart={() => attempt(() => startRun(experimentPath))} />
            )}
            {latestRun && state.run === 'going-on' && <Progress run={latestRun} />}
          </Step>
          <Step state={state.result} title="See what it learnt">
            <p>
              How often the film that came next is among the first ten, and how far each layer opened its <em>gate</em> to the user. Then
              talk to the model as two different people.
            </p>
            {state.result === 'done' && latestRun && <Result run={latestRun} />}
          </Step>
          <Step state={state.comparison} title="Compare it with text in the prompt">
            <p>
              The usual way to tell a language model about someone is to write the history into its <em>prompt</em>. The same model learns
              that way, too; then the two are set side by side.
            </p>
            <Comparison state={state} attempt={attempt} />
          </Step>
        </ol>
        <p className="walkthrough-end">
          With your own data it goes the same way:{' '}
          <Button kind="link" onClick={() => runCommand('datasets.import', {})}>
            import a dataset
          </Button>
          , or drop its folder anywhere on this window.
        </p>
      </div>
    </div>
  );
}

interface ComparisonProps {
  state: WalkthroughState;
  attempt(action: () => Promise<unknown>): void;
}

function Comparison({ state, attempt }: ComparisonProps) {
  const { comparison, baselinePath, baselineRun, latestRun } = state;
  if (comparison === 'going-on' && baselineRun) return <Progress run={baselineRun} />;
  if (comparison === 'done' && baselineRun && latestRun)
    return (
      <Button icon="diff-multiple" onClick={() => runCommand('comparison.compare', { runIds: [baselineRun.id, latestRun.id] })}>
        Compare the two runs
      </Button>
    );
  if (comparison !== 'ready') return null;
  return (
    <>
      <FailureNote run={baselineRun} />
      <Button icon="play" onClick={() => attempt(() => startBaseline(baselinePath))}>
        Run the text prompt
      </Button>
    </>
  );
}

async function startBaseline(path: string | null): Promise<void> {
  await startRun(path ?? (await call('experiments.create', { dataset: SAMPLE_NAME, integration: 'text-prompt' })).path);
}

async function startRun(path: string): Promise<void> {
  const { text } = await call('experiments.read', { path });
  await call('runs.start', { text });
}

/** A run that was stopped is gone on with; one that has failed says why before the next. */
function RunButtons({ latestRun, onStart }: { latestRun: RunSummary | null; onStart(): void }) {
  const isResumable = latestRun !== null && isRunResumable(latestRun);
  return (
    <>
      <FailureNote run={latestRun} />
      <span className="walkthrough-buttons">
        {isResumable && (
          <Button kind="primary" icon="debug-continue" onClick={() => runCommand('runs.resume', { runIds: [latestRun.id] })}>
            Go on with the run
          </Button>
        )}
        <Button kind={isResumable ? 'secondary' : 'primary'} icon="play" onClick={onStart}>
          {isResumable ? 'Run it from the beginning' : 'Run the experiment'}
        </Button>
      </span>
    </>
  );
}

function FailureNote({ run }: { run: RunSummary | null }) {
  return run?.status === 'failed' ? <Note kind="warn">The last run has failed: {run.reason}</Note> : null;
}

/** The finished run in one sentence, and the ways into it. */
function Result({ run }: { run: RunSummary }) {
  const target = { runIds: [run.id] };
  return (
    <>
      <Figures run={run} />
      <span className="walkthrough-buttons">
        <Button kind="primary" icon="graph-line" onClick={() => runCommand('runs.open', target)}>
          Open the finished run
        </Button>
        <Button icon="symbol-event" onClick={() => runCommand('gates.show', target)}>
          See its gates
        </Button>
        <Button icon="comment-discussion" onClick={() => runCommand('playground.open', target)}>
          Talk to it
        </Button>
      </span>
    </>
  );
}

/** Recall at ten of the model, which may write titles of the catalogue only, beside that of the most popular films. */
function Figures({ run: { id, metricCount } }: { run: RunSummary }) {
  const detail = useQuery(`walkthrough:${id}/${metricCount}`, () => call('runs.get', { runId: id }));
  const own = detail.value?.metrics['constrained.recall@10'];
  const popular = detail.value?.metrics['popularity.recall@10'];
  if (!own || !popular) return null;
  return (
    <p>
      It was right for <b className="numeric">{percent(own.value)}</b> of {formatCount(own.n)} people; the ten most popular films alone
      would have been for <b className="numeric">{percent(popular.value)}</b>.
    </p>
  );
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

function Progress({ run }: { run: RunSummary }) {
  useNow(true);
  const share = runShare(run);
  return (
    <div className="walkthrough-progress">
      <ProgressBar share={share} label="Progress of the run" />
      <span className="numeric">{Math.round(share * 100)} %</span>
      <Button onClick={() => runCommand('runs.open', { runIds: [run.id] })}>Watch it learn</Button>
      <Button onClick={() => runCommand('runs.stop', { runIds: [run.id] })}>Stop</Button>
    </div>
  );
}

function Step({ state, title, children }: { state: StepState; title: string; children: ReactNode }) {
  return (
    <li className={`walkthrough-step walkthrough-${state}`} aria-current={state === 'ready' || state === 'going-on' ? 'step' : undefined}>
      <Icon name={ICONS[state]} spin={state === 'going-on'} className={state === 'done' ? 'good' : state === 'waits' ? 'muted' : ''} />
      <div>
        <h2>
          {title} <span className="muted walkthrough-word">{WORDS[state]}</span>
        </h2>
        {children}
      </div>
    </li>
  );
}
