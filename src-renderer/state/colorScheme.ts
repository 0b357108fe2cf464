import { create } from 'zustand';

export type ColorScheme = 'dark' | 'light';

/** The theme in effect; set by the workbench, read by whatever draws its own colours. */
export const useScheme = create<{ scheme: ColorScheme }>(() => ({ scheme: 'dark' }));

export const useColorScheme = (): ColorScheme => useScheme((state) => state.scheme);
