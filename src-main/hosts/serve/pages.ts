/** The few pages that the serve host writes itself; everything else is the built workbench. */

export const loggedInPage = page(
  'Opening the workbench',
  'Opening the workbench. If nothing happens, <a href="/">open it here</a>.',
  '<meta http-equiv="refresh" content="0;url=/">',
);

export const refusedPage = page(
  'Not logged in',
  'This address needs a login link. A link works once: use the one that <code>userllm serve</code> printed last, or press Enter in its terminal for a new one.',
);

export const notBuiltPage = page(
  'The workbench is not built',
  'The files of the workbench are missing. Run <code>npm run build</code> in the project, then reload this page.',
);

function page(title: string, text: string, head = ''): string {
  const style = 'body{font:16px system-ui,sans-serif;max-width:36rem;margin:20vh auto;padding:0 1rem;color-scheme:light dark}';
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title>${head}<style>${style}</style></head><body><h1>${title}</h1><p>${text}</p></body></html>`;
}
