import { create } from 'zustand';

export type ColorScheme = 'dark' | 'light';
/** Sets of tokens: two schemes, each with a variant of high contrast. */
export type Theme = ColorScheme | `contrast-${ColorScheme}`;

/** The theme in effect; set by the workbench, read by whatever draws its own colours. */
export const useScheme = create<{ scheme: ColorScheme; theme: Theme }>(() => ({ scheme: 'dark', theme: 'dark' }));

export const useColorScheme = (): ColorScheme => useScheme((state) => state.scheme);
export const useTheme = (): Theme => useScheme((state) => state.theme);
