import { useState } from 'react';
import { call, messageOf } from '../../state/backend.ts';
import { Button, ErrorNote, Loading, TextField } from '../../widgets/controls.tsx';
import { FileBrowser } from '../../workbench/FileBrowser.tsx';
import { openModel } from './modelActions.ts';

/** From a folder on disk to a language model of the workspace. */
export default function AddModelEditor() {
  const [path, setPath] = useState('');
  const [name, setName] = useState('');
  const [browsing, setBrowsing] = useState(false);
  const [adding, setAdding] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const add = async () => {
    setAdding(true);
    setError(null);
    try {
      const model = await call('models.add', { path: path.trim(), ...(name.trim() !== '' && { name: name.trim() }) });
      setPath('');
      setName('');
      openModel(model.name);
    } catch (failure) {
      setError(messageOf(failure));
    } finally {
      setAdding(false);
    }
  };
  return (
    <div className="page">
      <header className="page-head">
        <h1>Add a language model</h1>
      </header>
      <div className="page-body">
        <form
          className="model-add"
          onSubmit={(event) => {
            event.preventDefault();
            if (path.trim() !== '' && !adding) void add();
          }}
        >
          <TextField
            label="Folder"
            placeholder="/models/SmolLM2-135M"
            value={path}
            spellCheck={false}
            autoComplete="off"
            hint="With config.json, *.safetensors and tokenizer.json: GPT-2, Llama, Mistral, Qwen 2 and 3, Gemma 2 and 3. It stays where it is."
            onChange={(event) => setPath(event.target.value)}
          />
          <Button icon="folder-opened" aria-expanded={browsing} onClick={() => setBrowsing(!browsing)}>
            Browse
          </Button>
          <TextField label="Name" placeholder="the folder's" value={name} onChange={(event) => setName(event.target.value)} />
          <Button kind="primary" icon="add" type="submit" disabled={path.trim() === '' || adding}>
            Add
          </Button>
        </form>
        {browsing && (
          <FileBrowser
            start={path}
            onChoose={(chosen) => {
              setPath(chosen);
              setBrowsing(false);
            }}
            onClose={() => setBrowsing(false)}
          />
        )}
        {adding && <Loading what="every byte of the model, for its fingerprint" />}
        {error && <ErrorNote message={error} />}
      </div>
    </div>
  );
}
