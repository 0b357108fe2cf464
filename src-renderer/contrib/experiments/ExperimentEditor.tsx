import { useEffect, useMemo, useRef, useState } from 'react';
import { call, useQuery } from '../../state/backend.ts';
import { onReveal } from '../../state/reveal.ts';
import { Button, ErrorNote, IconButton, Loading, Note } from '../../widgets/controls.tsx';
import { countOf } from '../../widgets/format.ts';
import { CodeEditor, type CodeEditorHandle } from '../../widgets/monaco/CodeEditor.tsx';
import { DiffEditor } from '../../widgets/monaco/DiffEditor.tsx';
import { runCommand } from '../../workbench/commands.ts';
import { registerEditorActions, setEditorTitle } from '../../workbench/editors.ts';
import { displayKeys } from '../../workbench/keys.ts';
import { showPanel } from '../../workbench/layout.ts';
import type { EditorProps } from '../../workbench/registry.ts';
import { PlanView } from './PlanView.tsx';
import { startExperiment } from './startExperiment.ts';
import { useEstimate } from './useEstimate.ts';
import { type ExperimentText, useExperimentFile } from './useExperimentFile.ts';
import { useValidation, type Validation } from './useValidation.ts';

/** An experiment file with completion and squiggles, and beside it the plan of what it would do. */
export default function ExperimentEditor({ editorId, params }: EditorProps) {
  const path = String(params.path);
  const name = path.replace(/^.*[\\/]/, '');
  const file = useExperimentFile(path, editorId);
  const text = file.copy?.text ?? null;
  const validation = useValidation(path, name, text);
  const estimate = useEstimate(text, validation);
  const schema = useQuery('experiment schema', () => call('experiments.schema', {}));
  const code = useRef<CodeEditorHandle>(null);
  const [planShown, setPlanShown] = useState(true);
  const [isComparing, setComparing] = useState(false);
  const conflict = file.copy?.conflict ?? null;
  const run = useRunAction(file, validation, editorId);
  useEffect(() => setEditorTitle(editorId, name), [editorId, name]);
  const ready = text !== null;
  useEffect(() => (ready ? onReveal(path, (at) => code.current?.reveal(at.line, at.column)) : undefined), [path, ready]);
  if (file.error && text === null) return <ErrorNote message={file.error} onRetry={() => void file.reload()} />;
  if (file.source === null) return <Loading what={name} />;
  return (
    <div className="experiment">
      <Toolbar file={file} validation={validation} run={run} planShown={planShown} onPlan={() => setPlanShown(!planShown)} />
      <DiskNotes file={file} isComparing={isComparing} onCompare={() => setComparing(!isComparing)} />
      {conflict !== null && isComparing && <DiffEditor label="On disk and here" original={conflict} modified={text ?? ''} />}
      <div className="experiment-split" hidden={conflict !== null && isComparing}>
        <CodeEditor
          ref={code}
          path={path}
          label={`${name}, experiment file`}
          source={file.source}
          onChange={file.edit}
          problems={validation.problems}
          schema={schema.value}
        />
        {planShown && <PlanView validation={validation} estimate={estimate} onProblem={(at) => code.current?.reveal(at.line, at.column)} />}
      </div>
    </div>
  );
}

/** What has happened to the file on disk, and what is to be chosen for it. */
function DiskNotes({ file, isComparing, onCompare }: { file: ExperimentText; isComparing: boolean; onCompare(): void }) {
  if (file.copy?.conflict != null)
    return (
      <div className="experiment-note" role="alert">
        <Note kind="warn">
          This file has changed on disk, in lines that you have changed, too.
          <span className="experiment-choices">
            <Button icon="diff" aria-pressed={isComparing} onClick={onCompare}>
              {isComparing ? 'Go on editing' : 'Compare'}
            </Button>
            <Button onClick={file.keepMine}>Keep mine</Button>
            <Button onClick={file.takeTheirs}>Take what is on disk</Button>
          </span>
        </Note>
      </div>
    );
  if (file.isGone)
    return (
      <div className="experiment-note" role="status">
        <Note kind="warn">This file is no longer on disk. Saving writes it again.</Note>
      </div>
    );
  if (!file.isMerged) return null;
  return (
    <div className="experiment-note" role="status">
      <Note kind="info">
        This file has changed on disk. Those changes and yours are both in the text now.{' '}
        <Button kind="link" onClick={file.acknowledgeMerge}>
          Got it
        </Button>
      </Note>
    </div>
  );
}

/** Saves, then starts the run or the sweep and shows it; with errors in the text it shows those instead. */
function useRunAction(file: ExperimentText, validation: Validation, editorId: string): { start(): Promise<void>; starting: boolean } {
  const [starting, setStarting] = useState(false);
  const latest = useRef({ file, validation });
  latest.current = { file, validation };
  const actions = useMemo(() => {
    const start = async () => {
      const now = latest.current;
      if (now.validation.problems.some((problem) => problem.severity === 'error')) return showPanel('problems');
      setStarting(true);
      try {
        await startExperiment(await now.file.save());
      } finally {
        setStarting(false);
      }
    };
    const save = async () => void (await latest.current.file.save());
    const discard = () => latest.current.file.discard();
    return { save, discard, run: start };
  }, []);
  useEffect(() => registerEditorActions(editorId, actions), [editorId, actions]);
  return { start: actions.run, starting };
}

interface ToolbarProps {
  file: ExperimentText;
  validation: Validation;
  run: { starting: boolean };
  planShown: boolean;
  onPlan(): void;
}

function Toolbar({ file, validation, run, planShown, onPlan }: ToolbarProps) {
  const errors = validation.problems.filter((problem) => problem.severity === 'error').length;
  return (
    <div className="experiment-bar">
      <Button
        kind="primary"
        icon="play"
        disabled={run.starting}
        title={`Save and run (${displayKeys('Ctrl+Enter')})`}
        onClick={() => runCommand('editor.run')}
      >
        {run.starting ? 'Starting…' : 'Run'}
      </Button>
      <Button icon="save" disabled={!file.dirty} title={`Save (${displayKeys('Ctrl+S')})`} onClick={() => runCommand('editor.save')}>
        Save
      </Button>
      {errors > 0 && (
        <Button kind="link" onClick={() => showPanel('problems')}>
          {countOf(errors, 'problem')}
        </Button>
      )}
      {errors === 0 && !validation.stale && <span className="good experiment-ok">No problems</span>}
      <IconButton
        className="experiment-plan-toggle"
        icon="layout-sidebar-right"
        label={planShown ? 'Hide the plan' : 'Show the plan'}
        aria-pressed={planShown}
        onClick={onPlan}
      />
    </div>
  );
}
