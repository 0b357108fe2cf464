import { type Ref, useEffect, useImperativeHandle, useRef, useState } from 'react';
import type { Problem } from '../../../src-shared/experiment.ts';
import { useTheme } from '../../state/colorScheme.ts';
import { usePreference } from '../../state/preferences.ts';
import { Loading } from '../controls.tsx';

type Setup = typeof import('./setup.ts');
type Editor = ReturnType<Setup['monaco']['editor']['create']>;
type Model = NonNullable<ReturnType<Editor['getModel']>>;

export interface CodeEditorHandle {
  /** Puts the cursor there and takes the focus; lines and columns count from 1. */
  reveal(line: number, column: number): void;
  focus(): void;
}

interface CodeEditorProps {
  /** Names the text; the same path in two places is the same text. */
  path: string;
  /**
   * The text to begin with. Only a new object replaces what is in the editor: what the person types is never written
   * back, or letters typed while the page renders would be lost.
   */
  source: { text: string };
  label: string;
  readOnly?: boolean;
  onChange?(value: string): void;
  /** Shown as squiggles beside those of the schema. */
  problems?: Problem[];
  /** JSON schema for completion, hover and squiggles in every file of the name `schemaFor`. */
  schema?: Record<string, unknown> | null;
  schemaFor?: string;
  ref?: Ref<CodeEditorHandle>;
}

let loading: Promise<Setup> | null = null;
const loadMonaco = (): Promise<Setup> => {
  loading ??= import('./setup.ts');
  return loading;
};

const LINE_HEIGHT = 1.55;

const OPTIONS = {
  automaticLayout: true,
  minimap: { enabled: false },
  scrollBeyondLastLine: false,
  fixedOverflowWidgets: true,
  tabSize: 2,
  padding: { top: 8, bottom: 8 },
  renderLineHighlight: 'line',
  quickSuggestions: { strings: true, other: true, comments: false },
  wordBasedSuggestions: 'off',
  suggest: { showWords: false },
  'semanticHighlighting.enabled': false,
  accessibilitySupport: 'auto',
  stickyScroll: { enabled: false },
} as const;

/** Monaco on one JSON text, loaded when first shown. */
export function CodeEditor({
  path,
  source,
  label,
  readOnly = false,
  onChange,
  problems,
  schema,
  schemaFor = '*.experiment.jsonc',
  ref,
}: CodeEditorProps) {
  const box = useRef<HTMLDivElement>(null);
  const [setup, setSetup] = useState<Setup | null>(null);
  const editor = useRef<Editor | null>(null);
  const pending = useRef<{ line: number; column: number } | null>(null);
  const latest = useRef({ source, onChange });
  latest.current = { source, onChange };
  const theme = useTheme();
  const fontSize = usePreference('editor.fontSize');
  const wordWrap = usePreference('editor.wordWrap');
  const usualValues = usePreference('editor.usualValues');

  useEffect(() => {
    let current = true;
    void loadMonaco().then((loaded) => current && setSetup(loaded));
    return () => {
      current = false;
    };
  }, []);

  useEffect(() => {
    if (!setup || !box.current) return;
    const { monaco } = setup;
    const uri = monaco.Uri.file(path);
    const model = monaco.editor.getModel(uri) ?? monaco.editor.createModel(latest.current.source.text, 'json', uri);
    const made = monaco.editor.create(box.current, { ...OPTIONS, model, readOnly, ariaLabel: label });
    editor.current = made;
    const subscription = model.onDidChangeContent(() => latest.current.onChange?.(model.getValue()));
    if (pending.current) reveal(made, pending.current);
    return () => {
      subscription.dispose();
      made.dispose();
      model.dispose();
      editor.current = null;
    };
  }, [setup, path, readOnly, label]);

  useEffect(() => {
    const model = setup && editor.current?.getModel();
    if (setup && model && model.getValue() !== source.text) replaceText(setup, model, source.text);
  }, [setup, source]);
  useEffect(() => setup?.monaco.editor.setTheme(`userllm-${theme}`), [setup, theme]);
  useEffect(() => {
    if (schema !== undefined) setup?.setJsonSchema(schemaFor, schema);
  }, [setup, schema, schemaFor]);
  useEffect(() => {
    if (!setup) return;
    editor.current?.updateOptions({
      fontSize,
      lineHeight: Math.round(fontSize * LINE_HEIGHT),
      wordWrap: wordWrap ? 'on' : 'off',
      inlayHints: { enabled: usualValues ? 'on' : 'off', fontSize, maximumLength: 0 },
    });
  }, [setup, fontSize, wordWrap, usualValues]);
  useEffect(() => {
    const model = setup && editor.current?.getModel();
    if (model && problems) showProblems(setup, model, problems);
  }, [setup, problems]);

  useImperativeHandle(ref, () => ({
    focus: () => editor.current?.focus(),
    reveal: (line, column) => {
      if (editor.current) reveal(editor.current, { line, column });
      else pending.current = { line, column };
    },
  }));
  return (
    <div className="code-editor">
      {!setup && <Loading what="the editor" />}
      <div ref={box} className="code-editor-box" />
    </div>
  );
}

/** Changes only what differs, so that the cursor stays in its place and undo leads back. */
function replaceText({ monaco }: Setup, model: Model, text: string): void {
  const before = model.getValue();
  const shorter = Math.min(before.length, text.length);
  let start = 0;
  while (start < shorter && before[start] === text[start]) start += 1;
  let same = 0;
  while (same < shorter - start && before.at(-1 - same) === text.at(-1 - same)) same += 1;
  const range = monaco.Range.fromPositions(model.getPositionAt(start), model.getPositionAt(before.length - same));
  model.pushStackElement();
  model.pushEditOperations([], [{ range, text: text.slice(start, text.length - same) }], () => null);
  model.pushStackElement();
}

function reveal(editor: Editor, { line, column }: { line: number; column: number }): void {
  editor.setPosition({ lineNumber: line, column });
  editor.revealLineInCenter(line);
  editor.focus();
}

/** Marks the backend's problems, but not where the schema has marked one already. */
function showProblems({ monaco }: Setup, model: Model, problems: Problem[]): void {
  const fromSchema = monaco.editor.getModelMarkers({ resource: model.uri, owner: 'json' });
  const markers = problems
    .filter((problem) => !fromSchema.some((marker) => marker.startLineNumber === problem.line))
    .map((problem) => ({
      message: problem.message,
      severity: problem.severity === 'error' ? monaco.MarkerSeverity.Error : monaco.MarkerSeverity.Warning,
      startLineNumber: problem.line,
      startColumn: problem.column,
      endLineNumber: problem.endLine,
      endColumn: problem.endColumn,
    }));
  monaco.editor.setModelMarkers(model, 'experiment', markers);
}
