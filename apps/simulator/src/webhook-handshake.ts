import { randomInt } from 'node:crypto';

import { request } from 'undici';

/** Whether the callback answers Meta's GET with the challenge, as it must before it is subscribed. */
export async function isCallbackVerified(url: string, verifyToken: string): Promise<boolean> {
  const challenge = String(randomInt(1_000_000_000));
  try {
    const response = await request(url, {
      query: { 'hub.mode': 'subscribe', 'hub.challenge': challenge, 'hub.verify_token': verifyToken },
      headersTimeout: 5_000,
      bodyTimeout: 5_000,
    });
    const answer = await response.body.text();
    return response.statusCode === 200 && answer === challenge;
  } catch {
    return false; // nobody there, or not an http(s) URL: not verified either way
  }
}
