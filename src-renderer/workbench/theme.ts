import { type ColorScheme, type Theme, useScheme } from '../state/colorScheme.ts';
import { preference, usePreferences } from '../state/preferences.ts';
import { setHostZoom } from '../transport/host.ts';

const THEME_MEMORY = 'userllm.theme';
const THEMES: readonly Theme[] = ['dark', 'light', 'contrast-dark', 'contrast-light'];

const prefersDark = () => window.matchMedia('(prefers-color-scheme: dark)');
const prefersContrast = () => window.matchMedia('(prefers-contrast: more)');

/** What the system asks for. */
function systemTheme(): Theme {
  const scheme: ColorScheme = prefersDark().matches ? 'dark' : 'light';
  return prefersContrast().matches ? `contrast-${scheme}` : scheme;
}

function show(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
  useScheme.setState({ theme, scheme: theme.endsWith('dark') ? 'dark' : 'light' });
}

function apply(): void {
  const chosen = preference('appearance.theme');
  localStorage.setItem(THEME_MEMORY, chosen);
  show(chosen === 'system' ? systemTheme() : chosen);
  document.documentElement.dataset.motion = preference('appearance.motion');
  setHostZoom(preference('appearance.zoom') / 100);
}

/** Puts the theme of the last visit on the page, before the preferences are read, so that the first paint has the right colours. */
export function showRememberedTheme(): void {
  const remembered = localStorage.getItem(THEME_MEMORY);
  show(THEMES.find((theme) => theme === remembered) ?? systemTheme());
}

/** Follows the preferences, and the system where they say so, from then on. */
export function followTheme(): void {
  apply();
  usePreferences.subscribe(apply);
  prefersDark().addEventListener('change', apply);
  prefersContrast().addEventListener('change', apply);
}
