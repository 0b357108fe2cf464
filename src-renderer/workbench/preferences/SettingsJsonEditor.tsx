import { useEffect, useMemo, useRef, useState } from 'react';
import type { PreferenceScope } from '../../../src-shared/contract.ts';
import { dropDraft, readDraft, writeDraft } from '../../state/drafts.ts';
import { preferencesJsonSchema } from '../../state/preferenceList.ts';
import { replacePreferences, usePreferences } from '../../state/preferences.ts';
import { Button, Note } from '../../widgets/controls.tsx';
import { CodeEditor } from '../../widgets/monaco/CodeEditor.tsx';
import { runCommand } from '../commands.ts';
import { registerEditorActions, setDirty } from '../editors.ts';
import type { EditorProps } from '../registry.ts';
import { parsePreferences } from './parsePreferences.ts';

const textOf = (values: Record<string, unknown>): string => `${JSON.stringify(values, null, 2)}\n`;

/** One scope's settings as the JSON behind the settings editor. */
export default function SettingsJsonEditor({ editorId, params }: EditorProps) {
  const scope: PreferenceScope = params.scope === 'workspace' ? 'workspace' : 'user';
  const values = usePreferences((state) => state[scope]);
  const userPath = usePreferences((state) => state.userPath);
  const stored = textOf(values);
  const draftKey = `settings:${scope}`;
  const [text, setText] = useState(() => readDraft(draftKey)?.text ?? stored);
  const [source, setSource] = useState({ text });
  const latest = useRef({ text, stored });
  const schema = useMemo(preferencesJsonSchema, []);
  useEffect(() => {
    // A change from elsewhere is taken over unless it would lose one made here.
    if (latest.current.text === latest.current.stored) {
      setSource({ text: stored });
      setText(stored);
      latest.current.text = stored;
    }
    latest.current.stored = stored;
  }, [stored]);
  useEffect(() => {
    setDirty(editorId, text !== stored);
    writeDraft(draftKey, { base: stored, text });
  }, [editorId, draftKey, text, stored]);
  // Closing the editor has asked already: what is unsaved now is not wanted. A page that goes away does not come here.
  useEffect(() => () => dropDraft(draftKey), [draftKey]);
  useEffect(() => {
    const save = () => replacePreferences(scope, parsePreferences(latest.current.text)).then(() => reformat());
    const reformat = () => {
      const saved = textOf(usePreferences.getState()[scope]);
      latest.current = { text: saved, stored: saved };
      setText(saved);
      setSource({ text: saved });
    };
    return registerEditorActions(editorId, { save: async () => save(), discard: () => dropDraft(draftKey) });
  }, [editorId, scope, draftKey]);
  return (
    <div className="page page-fill">
      <header className="page-head">
        <h1>{scope === 'user' ? 'User settings' : 'Workspace settings'}</h1>
        <span className="muted ellipsis">{scope === 'user' ? userPath : 'kept in the workspace'}</span>
        <div className="page-actions">
          <Button icon="save" disabled={text === stored} onClick={() => runCommand('editor.save')}>
            Save
          </Button>
        </div>
      </header>
      {text !== stored && <Note kind="info">Settings take effect when they are saved.</Note>}
      <CodeEditor
        path={`${scope}.settings.json`}
        label={`Settings of the ${scope} as JSON`}
        source={source}
        schema={schema}
        schemaFor="*.settings.json"
        onChange={(next) => {
          latest.current.text = next;
          setText(next);
        }}
      />
    </div>
  );
}
