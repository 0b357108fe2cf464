import 'monaco-editor/features/register.all';
import * as monaco from 'monaco-editor/editor';
import EditorWorker from 'monaco-editor/editor/editor.worker?worker';
import JsonWorker from 'monaco-editor/languages/features/json/json.worker?worker';
import { jsonDefaults } from 'monaco-editor/languages/features/json/register';
import { defineThemes } from './themes.ts';

export { monaco };

globalThis.MonacoEnvironment = {
  getWorker: (_id: string, label: string) => (label === 'json' ? new JsonWorker() : new EditorWorker()),
};
defineThemes(monaco);

/** Experiment files may hold comments and trailing commas; their schema comes from the backend. */
export function setExperimentSchema(schema: Record<string, unknown> | null): void {
  jsonDefaults.setDiagnosticsOptions({
    validate: true,
    allowComments: true,
    comments: 'ignore',
    trailingCommas: 'ignore',
    schemaValidation: 'error',
    enableSchemaRequest: false,
    schemas: schema ? [{ uri: 'userllm://experiment.schema.json', fileMatch: ['*.experiment.jsonc'], schema }] : [],
  });
}
