import { useScheme } from '../state/colorScheme.ts';
import { useLayout } from './layout.ts';

const systemDark = () => window.matchMedia('(prefers-color-scheme: dark)');

function apply(): void {
  const { theme } = useLayout.getState();
  const scheme = theme === 'system' ? (systemDark().matches ? 'dark' : 'light') : theme;
  document.documentElement.dataset.theme = scheme;
  useScheme.setState({ scheme });
}

/** Puts the chosen theme (or the system's) on the page and follows both from then on. */
export function followTheme(): void {
  apply();
  useLayout.subscribe((now, before) => now.theme !== before.theme && apply());
  systemDark().addEventListener('change', apply);
}
