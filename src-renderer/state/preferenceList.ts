interface Described {
  title: string;
  description: string;
}
interface ChoicePreference extends Described {
  kind: 'choice';
  default: string;
  options: readonly { value: string; label: string }[];
}
interface NumberPreference extends Described {
  kind: 'number';
  default: number;
  smallest: number;
  largest: number;
  step: number;
  unit: string;
}
interface TogglePreference extends Described {
  kind: 'toggle';
  default: boolean;
}
interface KeysPreference extends Described {
  kind: 'keys';
  default: Readonly<Record<string, readonly string[]>>;
}
export type PreferenceDefinition = ChoicePreference | NumberPreference | TogglePreference | KeysPreference;

/** Every preference there is, in the order in which the settings editor lists them. The part before the dot is its group. */
export const PREFERENCES = {
  'appearance.theme': {
    kind: 'choice',
    title: 'Colour theme',
    description: 'Colours of the workbench, its code editors and its charts.',
    default: 'system',
    options: [
      { value: 'system', label: 'As the system' },
      { value: 'dark', label: 'Dark' },
      { value: 'light', label: 'Light' },
      { value: 'contrast-dark', label: 'High contrast, dark' },
      { value: 'contrast-light', label: 'High contrast, light' },
    ],
  },
  'appearance.zoom': {
    kind: 'number',
    title: 'Zoom',
    description: 'Size of everything in the window. In a browser, the zoom of the browser itself does this.',
    default: 100,
    smallest: 50,
    largest: 200,
    step: 10,
    unit: '%',
  },
  'appearance.motion': {
    kind: 'choice',
    title: 'Motion',
    description: 'Whether bars slide and edges fade.',
    default: 'system',
    options: [
      { value: 'system', label: 'As the system' },
      { value: 'reduced', label: 'Reduced' },
      { value: 'full', label: 'Full' },
    ],
  },
  'editor.fontSize': {
    kind: 'number',
    title: 'Font size',
    description: 'Size of the text in code editors.',
    default: 13,
    smallest: 8,
    largest: 32,
    step: 1,
    unit: 'px',
  },
  'editor.wordWrap': {
    kind: 'toggle',
    title: 'Word wrap',
    description: 'Breaks long lines at the edge of a code editor instead of scrolling sideways.',
    default: false,
  },
  'editor.usualValues': {
    kind: 'toggle',
    title: 'Usual values',
    description: 'Shows faintly, in experiment files, the values that hold where nothing is written.',
    default: true,
  },
  'tabs.preview': {
    kind: 'toggle',
    title: 'Preview tabs',
    description: 'What is opened by one click shares a tab, in italics, until it is edited or its tab is double-clicked.',
    default: true,
  },
  'notifications.seconds': {
    kind: 'number',
    title: 'Time of a notification',
    description: 'How long a piece of information stays in the corner. Warnings and errors stay until they are closed.',
    default: 6,
    smallest: 2,
    largest: 60,
    step: 1,
    unit: 's',
  },
  'keyboard.shortcuts': {
    kind: 'keys',
    title: 'Keyboard shortcuts',
    description: 'Keys by command, where they differ from the usual ones. An empty list takes a command its keys.',
    default: {},
  },
} as const satisfies Record<string, PreferenceDefinition>;

export type PreferenceKey = keyof typeof PREFERENCES;
type ValueOf<D> = D extends { options: readonly { value: infer V }[] }
  ? V
  : D extends { kind: 'number' }
    ? number
    : D extends { kind: 'toggle' }
      ? boolean
      : Record<string, string[]>;
export type PreferenceValue<K extends PreferenceKey> = ValueOf<(typeof PREFERENCES)[K]>;

export const isPreferenceKey = (key: string): key is PreferenceKey => Object.hasOwn(PREFERENCES, key);

/** Whether a stored value is one that the preference can have. */
export function fits(key: PreferenceKey, value: unknown): boolean {
  const definition: PreferenceDefinition = PREFERENCES[key];
  if (definition.kind === 'choice') return definition.options.some((option) => option.value === value);
  if (definition.kind === 'toggle') return typeof value === 'boolean';
  if (definition.kind === 'number') return typeof value === 'number' && value >= definition.smallest && value <= definition.largest;
  return isKeysByCommand(value);
}

const isKeysByCommand = (value: unknown): boolean =>
  value !== null &&
  typeof value === 'object' &&
  Object.values(value).every((keys) => Array.isArray(keys) && keys.every((each) => typeof each === 'string'));

/** JSON schema of a scope's preferences, for completion and squiggles in its JSON. */
export function preferencesJsonSchema(): Record<string, unknown> {
  const properties = Object.entries(PREFERENCES).map(([key, definition]) => [key, jsonSchemaOf(definition)]);
  return { type: 'object', additionalProperties: false, properties: Object.fromEntries(properties) };
}

function jsonSchemaOf(definition: PreferenceDefinition): Record<string, unknown> {
  const described = { title: definition.title, description: definition.description, default: definition.default };
  if (definition.kind === 'choice') return { ...described, enum: definition.options.map((option) => option.value) };
  if (definition.kind === 'toggle') return { ...described, type: 'boolean' };
  if (definition.kind === 'number') return { ...described, type: 'number', minimum: definition.smallest, maximum: definition.largest };
  return { ...described, type: 'object', additionalProperties: { type: 'array', items: { type: 'string' } } };
}
