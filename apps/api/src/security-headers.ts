import type { RequestHandler } from 'express';
import helmet from 'helmet';

/** What pages of ours may load and do: their own files. Only the page of the API's description writes styles into itself. */
const CONTENT_SECURITY_POLICY = {
  useDefaults: false,
  directives: {
    defaultSrc: ["'self'"],
    imgSrc: ["'self'", 'data:', 'blob:'],
    styleSrc: ["'self'", "'unsafe-inline'"],
    objectSrc: ["'none'"],
    baseUri: ["'none'"],
    formAction: ["'self'"],
    frameAncestors: ["'none'"],
  },
};

/**
 * Headers that tell browsers to be careful with what we answer. Palomar speaks plain HTTP, often to a proxy and sometimes to
 * a browser in the same house: that pages must come over TLS is for whoever holds the certificate to say.
 */
export function securityHeaders(): RequestHandler[] {
  return [
    helmet({
      contentSecurityPolicy: CONTENT_SECURITY_POLICY,
      strictTransportSecurity: false,
      xFrameOptions: { action: 'deny' },
    }),
    // Answers hold names, numbers and messages of people; what may be kept says so itself.
    (_request, response, next) => {
      response.setHeader('Cache-Control', 'no-store');
      next();
    },
  ];
}

/** The same for answers that no browser shows. */
export const HOT_SECURITY_HEADERS = { 'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'no-store' };
