import { useEffect, useId, useState } from 'react';
import type { PreferenceScope } from '../../../src-shared/contract.ts';
import { fits, PREFERENCES, type PreferenceDefinition, type PreferenceKey } from '../../state/preferenceList.ts';
import { setPreference, usePreferences } from '../../state/preferences.ts';
import { Button, IconButton, Note, SearchField } from '../../widgets/controls.tsx';
import { Tabs, tabBodyId } from '../../widgets/Tabs.tsx';
import { runCommand } from '../commands.ts';
import { notifyError } from '../errorHelp.ts';

const SCOPES = [
  { id: 'user', label: 'User' },
  { id: 'workspace', label: 'Workspace' },
];

const groupOf = (key: string) => key.slice(0, key.indexOf('.'));

/** Preferences whose title, description, key or options have every word of the search. */
export function matchingPreferences(search: string): PreferenceKey[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const keys = Object.keys(PREFERENCES) as PreferenceKey[];
  return keys.filter((key) => words.every((word) => searchText(key).includes(word)));
}

function searchText(key: PreferenceKey): string {
  const definition: PreferenceDefinition = PREFERENCES[key];
  const options = definition.kind === 'choice' ? definition.options.map((option) => option.label) : [];
  return [key, definition.title, definition.description, ...options].join(' ').toLowerCase();
}

/** Every preference with its control, for the user or for this workspace, and how to bring the usual value back. */
export default function SettingsEditor() {
  const [search, setSearch] = useState('');
  const [scope, setScope] = useState<PreferenceScope>('user');
  const problem = usePreferences((state) => state.problem);
  const keys = matchingPreferences(search);
  return (
    <div className="page page-fill">
      <header className="page-head">
        <h1>Settings</h1>
        <div className="page-actions">
          <SearchField label="Search settings" value={search} onChange={(event) => setSearch(event.target.value)} />
          <Button icon="json" onClick={() => runCommand(`workbench.settingsJson.${scope}`, {})}>
            Open as JSON
          </Button>
        </div>
      </header>
      <Tabs label="Whose settings" tabs={SCOPES} active={scope} onChange={(id) => setScope(id as PreferenceScope)} />
      <div className="settings-list" role="tabpanel" id={tabBodyId('Whose settings', scope)} aria-label={`Settings of the ${scope}`}>
        <div className="settings-inner">
          {problem && <Note kind="bad">{problem}</Note>}
          <p className="muted">
            {scope === 'user'
              ? 'They hold in every workspace that does not say otherwise.'
              : 'They hold in this workspace only, and go before those of the user.'}
          </p>
          {keys.length === 0 && <p>No setting matches “{search}”.</p>}
          {keys.map((key, at) => (
            <Setting key={key} id={key} scope={scope} heading={at === 0 || groupOf(keys[at - 1]!) !== groupOf(key) ? groupOf(key) : null} />
          ))}
        </div>
      </div>
    </div>
  );
}

function Setting({ id, scope, heading }: { id: PreferenceKey; scope: PreferenceScope; heading: string | null }) {
  const definition: PreferenceDefinition = PREFERENCES[id];
  const own = usePreferences((state) => state[scope][id]);
  const elsewhere = usePreferences((state) => state[scope === 'user' ? 'workspace' : 'user'][id]);
  const isSet = own !== undefined;
  const fitting = isSet && fits(id, own);
  const inherited = scope === 'workspace' && elsewhere !== undefined && fits(id, elsewhere) ? elsewhere : definition.default;
  const change = (value: unknown) => void setPreference(scope, id, value).catch((error) => notifyError(error));
  return (
    <>
      {heading && <h2 className="settings-group">{heading}</h2>}
      <section className={`setting ${isSet ? 'setting-set' : ''}`} aria-label={definition.title}>
        <h3>
          {definition.title} <code className="muted">{id}</code>
          {isSet && <IconButton icon="discard" label={`Usual value of ${definition.title}`} onClick={() => change(undefined)} />}
        </h3>
        <p className="muted">{definition.description}</p>
        <Control definition={definition} value={fitting ? own : inherited} onChange={change} />
        {isSet && !fitting && (
          <p className="bad">What is stored, {JSON.stringify(own)}, is not a value of this setting, and is not used.</p>
        )}
        {scope === 'user' && elsewhere !== undefined && (
          <p className="warn">This workspace has a value of its own, which goes before this one.</p>
        )}
      </section>
    </>
  );
}

interface ControlProps {
  definition: PreferenceDefinition;
  value: unknown;
  onChange(value: unknown): void;
}

function Control({ definition, value, onChange }: ControlProps) {
  if (definition.kind === 'keys')
    return (
      <Button icon="keyboard" onClick={() => runCommand('workbench.shortcuts', {})}>
        Edit keyboard shortcuts
      </Button>
    );
  if (definition.kind === 'toggle')
    return (
      <label className="toggle">
        <input type="checkbox" checked={value === true} onChange={(event) => onChange(event.target.checked)} />
        <span>{definition.title}</span>
      </label>
    );
  if (definition.kind === 'choice')
    return (
      <select
        className="input select"
        aria-label={definition.title}
        value={String(value)}
        onChange={(event) => onChange(event.target.value)}
      >
        {definition.options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    );
  return <NumberControl definition={definition} value={Number(value)} onChange={onChange} />;
}

type NumberDefinition = Extract<PreferenceDefinition, { kind: 'number' }>;

/** A number while it is typed: only one in the range takes effect. */
function NumberControl({ definition, value, onChange }: { definition: NumberDefinition; value: number; onChange(value: number): void }) {
  const { title, smallest, largest, step, unit } = definition;
  const id = useId();
  const [text, setText] = useState(String(value));
  useEffect(() => setText(String(value)), [value]);
  const typed = Number(text);
  const isWrong = text.trim() === '' || !(typed >= smallest && typed <= largest);
  return (
    <span className="setting-number">
      <input
        className="input"
        type="number"
        aria-label={title}
        aria-describedby={id}
        aria-invalid={isWrong}
        min={smallest}
        max={largest}
        step={step}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          const next = event.target.valueAsNumber;
          if (next >= smallest && next <= largest) onChange(next);
        }}
      />
      <span id={id} className={isWrong ? 'bad' : 'muted'}>
        {unit}, {smallest} to {largest}
      </span>
    </span>
  );
}
