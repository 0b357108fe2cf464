export const root: string;
export const pinnedNode: string;
export function packageScript(name: string, binary?: string): string;
export function electronBinary(): string | null;
export function hasDisplay(): boolean;
