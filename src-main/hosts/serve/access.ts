import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const SECRET_BYTES = 32;

/**
 * Who may talk to a serve host. A login token (256 random bits) works once and is swapped for a session cookie; everything
 * else needs that cookie. Requests for another host name are refused, which keeps pages of other sites out even when their
 * name is made to point here (DNS rebinding).
 */
export class Access {
  private readonly hosts: ReadonlySet<string>;
  private readonly cookieName: string;
  private readonly tokens = new Set<string>();
  private readonly sessions = new Set<string>();

  /** @param hosts exact values of the Host header that are answered */
  constructor(hosts: readonly string[], port: number) {
    this.hosts = new Set(hosts);
    // Cookies do not tell ports apart, so the name does.
    this.cookieName = `userllm-${port}`;
  }

  /** A token that logs one browser in, once. */
  createToken(): string {
    const token = randomBytes(SECRET_BYTES).toString('base64url');
    this.tokens.add(fingerprint(token));
    return token;
  }

  isKnownHost(request: IncomingMessage): boolean {
    return request.headers.host !== undefined && this.hosts.has(request.headers.host);
  }

  /** Uses the token up. Returns the Set-Cookie value of the new session, or null when the token is unknown or used. */
  logIn(token: string): string | null {
    if (!takeOut(this.tokens, token)) return null;
    const session = randomBytes(SECRET_BYTES).toString('base64url');
    this.sessions.add(fingerprint(session));
    return `${this.cookieName}=${session}; HttpOnly; SameSite=Strict; Path=/`;
  }

  hasSession(request: IncomingMessage): boolean {
    const pairs = (request.headers.cookie ?? '').split(/;\s*/).map((pair) => pair.split('='));
    return pairs.some(([name, value]) => name === this.cookieName && value !== undefined && find(this.sessions, value) !== null);
  }

  /** A WebSocket is opened by our own page only: browsers always say which page asks. */
  isOwnOrigin(request: IncomingMessage): boolean {
    return this.isKnownHost(request) && request.headers.origin === `http://${request.headers.host}`;
  }
}

/** Only hashes are kept and compared, in constant time. */
function fingerprint(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

function find(known: ReadonlySet<string>, secret: string): string | null {
  const wanted = Buffer.from(fingerprint(secret));
  for (const candidate of known) if (timingSafeEqual(Buffer.from(candidate), wanted)) return candidate;
  return null;
}

function takeOut(known: Set<string>, secret: string): boolean {
  const found = find(known, secret);
  return found !== null && known.delete(found);
}
