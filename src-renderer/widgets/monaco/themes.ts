/** Editor themes in the colours of the workbench's tokens. */
export function defineThemes(monaco: typeof import('monaco-editor/editor')): void {
  monaco.editor.defineTheme('userllm-dark', {
    base: 'vs-dark',
    inherit: true,
    rules: [
      { token: 'string.key.json', foreground: '9cdcfe' },
      { token: 'string.value.json', foreground: 'ce9178' },
      { token: 'comment', foreground: '7fb069' },
    ],
    colors: {
      'editor.background': '#1f1f1f',
      'editorGutter.background': '#1f1f1f',
      'editorLineNumber.foreground': '#858585',
      'editorLineNumber.activeForeground': '#d4d4d4',
      'editorWidget.background': '#252526',
      'editorHoverWidget.background': '#252526',
      'editorInlayHint.background': '#00000000',
      'editorInlayHint.foreground': '#8b8b8b',
      focusBorder: '#2f9bff',
    },
  });
  monaco.editor.defineTheme('userllm-light', {
    base: 'vs',
    inherit: true,
    rules: [
      { token: 'string.key.json', foreground: '0451a5' },
      { token: 'string.value.json', foreground: 'a31515' },
      { token: 'comment', foreground: '1b6e3c' },
    ],
    colors: {
      'editor.background': '#ffffff',
      'editorLineNumber.foreground': '#6e7681',
      'editorInlayHint.background': '#00000000',
      'editorInlayHint.foreground': '#6e7681',
      focusBorder: '#005fb8',
    },
  });
  const contrast = { inherit: true, rules: [] };
  monaco.editor.defineTheme('userllm-contrast-dark', { ...contrast, base: 'hc-black', colors: { focusBorder: '#ffb454' } });
  monaco.editor.defineTheme('userllm-contrast-light', { ...contrast, base: 'hc-light', colors: { focusBorder: '#a63400' } });
}
