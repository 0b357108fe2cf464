import { useEffect, useRef, useState } from 'react';
import { useColorScheme } from '../../state/colorScheme.ts';
import { Loading } from '../controls.tsx';

type Setup = typeof import('./setup.ts');

interface DiffEditorProps {
  label: string;
  original: string;
  modified: string;
}

const OPTIONS = {
  automaticLayout: true,
  readOnly: true,
  originalEditable: false,
  minimap: { enabled: false },
  fontSize: 13,
  lineHeight: 20,
  scrollBeyondLastLine: false,
  hideUnchangedRegions: { enabled: true },
  renderOverviewRuler: false,
  fixedOverflowWidgets: true,
} as const;

/** Monaco's diff of two JSON texts, to be read; unchanged stretches are folded. */
export function DiffEditor({ label, original, modified }: DiffEditorProps) {
  const box = useRef<HTMLDivElement>(null);
  const [setup, setSetup] = useState<Setup | null>(null);
  const scheme = useColorScheme();
  useEffect(() => {
    let current = true;
    void import('./setup.ts').then((loaded) => current && setSetup(loaded));
    return () => {
      current = false;
    };
  }, []);
  useEffect(() => {
    if (!setup || !box.current) return;
    const { editor } = setup.monaco;
    const models = { original: editor.createModel(original, 'json'), modified: editor.createModel(modified, 'json') };
    const made = editor.createDiffEditor(box.current, OPTIONS);
    made.getOriginalEditor().updateOptions({ ariaLabel: `${label}: first` });
    made.getModifiedEditor().updateOptions({ ariaLabel: `${label}: second` });
    made.setModel(models);
    return () => {
      made.dispose();
      models.original.dispose();
      models.modified.dispose();
    };
  }, [setup, label, original, modified]);
  useEffect(() => setup?.monaco.editor.setTheme(`userllm-${scheme}`), [setup, scheme]);
  return (
    <section className="code-editor diff-editor" aria-label={label}>
      {!setup && <Loading what="the editor" />}
      <div ref={box} className="code-editor-box" />
    </section>
  );
}
