import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { PreferenceScope } from '../../../src-shared/contract.ts';
import { type Draft, dropDraft, readDraft, writeDraft } from '../../state/drafts.ts';
import { preferencesJsonSchema } from '../../state/preferenceList.ts';
import { replacePreferences, usePreferences } from '../../state/preferences.ts';
import { workspace } from '../../state/stores.ts';
import { Button, Loading, Note } from '../../widgets/controls.tsx';
import { CodeEditor } from '../../widgets/monaco/CodeEditor.tsx';
import { runCommand } from '../commands.ts';
import { registerEditorActions, setDirty } from '../editors.ts';
import type { EditorProps } from '../registry.ts';
import { parsePreferences } from './parsePreferences.ts';

const textOf = (values: Record<string, unknown>): string => `${JSON.stringify(values, null, 2)}\n`;

/** One scope's settings as the JSON behind the settings editor. */
export default function SettingsJsonEditor(props: EditorProps) {
  const isRead = usePreferences((state) => state.userPath !== '');
  const workspacePath = workspace.use((state) => state.value?.path);
  if (!isRead || workspacePath === undefined) return <Loading what="the settings" />;
  const scope = props.params.scope === 'workspace' ? 'workspace' : 'user';
  // Other workspaces are shown under the same address, and share what the page stores.
  const draftKey = scope === 'workspace' ? `settings of ${workspacePath}` : 'settings';
  return <ScopeEditor {...props} scope={scope} draftKey={draftKey} />;
}

interface ScopeEditorProps extends EditorProps {
  scope: PreferenceScope;
  draftKey: string;
}

function ScopeEditor({ editorId, scope, draftKey }: ScopeEditorProps) {
  const values = usePreferences((state) => state[scope]);
  const userPath = usePreferences((state) => state.userPath);
  const stored = textOf(values);
  const [copy, setCopy] = useState<Draft>(() => readDraft(draftKey) ?? { base: stored, text: stored });
  const [source, setSource] = useState({ text: copy.text });
  const latest = useRef(copy);
  const change = useCallback((next: Draft, isFromEditor = false) => {
    latest.current = next;
    setCopy(next);
    if (!isFromEditor) setSource({ text: next.text });
  }, []);
  const schema = useMemo(preferencesJsonSchema, []);
  useEffect(() => {
    // A change from elsewhere is taken over unless it would lose one made here.
    const { base, text } = latest.current;
    if (text === base && base !== stored) change({ base: stored, text: stored });
  }, [stored, change]);
  const isChanged = copy.text !== stored;
  useEffect(() => setDirty(editorId, isChanged), [editorId, isChanged]);
  useEffect(() => writeDraft(draftKey, copy), [draftKey, copy]);
  // Closing the editor has asked already: what is unsaved now is not wanted. A page that goes away does not come here.
  useEffect(() => () => dropDraft(draftKey), [draftKey]);
  useEffect(() => {
    const save = async () => {
      await replacePreferences(scope, parsePreferences(latest.current.text));
      const saved = textOf(usePreferences.getState()[scope]);
      change({ base: saved, text: saved });
    };
    return registerEditorActions(editorId, { save, discard: () => dropDraft(draftKey) });
  }, [editorId, scope, draftKey, change]);
  return (
    <div className="page page-fill">
      <header className="page-head">
        <h1>{scope === 'user' ? 'User settings' : 'Workspace settings'}</h1>
        <span className="muted ellipsis">{scope === 'user' ? userPath : 'kept in the workspace'}</span>
        <div className="page-actions">
          <Button icon="save" disabled={!isChanged} onClick={() => runCommand('editor.save')}>
            Save
          </Button>
        </div>
      </header>
      {isChanged && copy.base === stored && <Note kind="info">Settings take effect when they are saved.</Note>}
      {isChanged && copy.base !== stored && (
        <Note kind="warn">
          These settings have been changed elsewhere since. Saving replaces them by the text here.{' '}
          <Button onClick={() => change({ base: stored, text: stored })}>Take those that are saved</Button>
        </Note>
      )}
      <CodeEditor
        path={`${scope}.settings.json`}
        label={`Settings of the ${scope} as JSON`}
        source={source}
        schema={schema}
        schemaFor="*.settings.json"
        onChange={(text) => change({ ...latest.current, text }, true)}
      />
    </div>
  );
}
