/** The text of adamwBinary.ts for the current adamw.wat. */
export function assembleAdamW(): Promise<string>;
