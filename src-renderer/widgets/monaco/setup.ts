import 'monaco-editor/features/register.all';
import * as monaco from 'monaco-editor/editor';
import EditorWorker from 'monaco-editor/editor/editor.worker?worker';
import JsonWorker from 'monaco-editor/languages/features/json/json.worker?worker';
import { jsonDefaults } from 'monaco-editor/languages/features/json/register';
import { defineThemes } from './themes.ts';
import { ghostText, ghostTooltip, leftOut, type SchemaNode } from './usualValues.ts';

export { monaco };

globalThis.MonacoEnvironment = {
  getWorker: (_id: string, label: string) => (label === 'json' ? new JsonWorker() : new EditorWorker()),
};
defineThemes(monaco);

const schemas = new Map<string, Record<string, unknown>>();
const schemasChanged = new monaco.Emitter<void>();

/** Ghost values: what holds where the text says nothing stands faintly at the end of each object, and the whole list in the hover. */
monaco.languages.registerInlayHintsProvider('json', {
  onDidChangeInlayHints: schemasChanged.event,
  provideInlayHints: (model) => {
    const schema = [...schemas].find(([match]) => model.uri.path.endsWith(match.replaceAll('*', '')))?.[1];
    const hints = schema ? leftOut(model.getValue(), schema as SchemaNode) : [];
    return {
      hints: hints.map((hint) => ({
        label: ghostText(hint),
        position: model.getPositionAt(hint.offset),
        tooltip: { value: ghostTooltip(hint) },
      })),
      dispose: () => {},
    };
  },
});

/** Sets the JSON schema of the files that match ("*.experiment.jsonc"); null takes it away. Comments and trailing commas are allowed. */
export function setJsonSchema(fileMatch: string, schema: Record<string, unknown> | null): void {
  if (schema) schemas.set(fileMatch, schema);
  else schemas.delete(fileMatch);
  jsonDefaults.setDiagnosticsOptions({
    validate: true,
    allowComments: true,
    comments: 'ignore',
    trailingCommas: 'ignore',
    schemaValidation: 'error',
    enableSchemaRequest: false,
    schemas: [...schemas].map(([match, each]) => ({
      uri: `userllm://schema/${match.replaceAll('*', '')}`,
      fileMatch: [match],
      schema: each,
    })),
  });
  schemasChanged.fire();
}
