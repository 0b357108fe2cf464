import { app, type Session, shell, type WebContents } from 'electron';
import { START_URL } from './appProtocol.ts';

/** Writing text on a click is all that pages may do beyond drawing themselves. */
const ALLOWED_PERMISSIONS: ReadonlySet<string> = new Set(['clipboard-sanitized-write']);

/** Every page, whoever opens it: no navigation away, no windows, no embedded guests. */
export function hardenContents(): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-navigate', (event) => {
      if (!event.url.startsWith(START_URL)) event.preventDefault();
    });
    contents.on('will-attach-webview', (event) => event.preventDefault());
    openLinksOutside(contents);
  });
}

export function hardenSession(session: Session): void {
  session.setPermissionRequestHandler((contents, permission, decide) => decide(isOwnPage(contents) && ALLOWED_PERMISSIONS.has(permission)));
  session.setPermissionCheckHandler((contents, permission) => isOwnPage(contents) && ALLOWED_PERMISSIONS.has(permission));
}

/** Links open in the person's own browser, and only secure ones. */
function openLinksOutside(contents: WebContents): void {
  contents.setWindowOpenHandler(({ url }) => {
    if (URL.canParse(url) && new URL(url).protocol === 'https:') void shell.openExternal(url);
    return { action: 'deny' };
  });
}

function isOwnPage(contents: WebContents | null): boolean {
  return contents?.getURL().startsWith(START_URL) ?? false;
}
