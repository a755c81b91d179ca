import { isIP } from 'node:net';

/** Names of one's own network: without a dot, as in a compose file, or with an ending that no public name has. */
const OWN_NAME = /^[^.]+$|\.(?:localhost|local|internal|test|lan|home\.arpa)$/i;
const OWN_IPV4 = /^(?:127|10|192\.168|169\.254|172\.(?:1[6-9]|2\d|3[01]))\./;
const OWN_IPV6 = /^(?:::1$|f[cd]|fe80:|::ffff:(?:127|10|192\.168)\.)/i;

/**
 * Whether a URL that a call names leads to this machine or its own network. Others are not requested: a local TaskRouter
 * works without a network, and a simulated call must have no effect in the world.
 */
export function isNearby(url: string): boolean {
  if (!URL.canParse(url)) return true;
  const host = new URL(url).hostname.replace(/^\[(.*)\]$/, '$1');
  const family = isIP(host);
  return (family === 4 ? OWN_IPV4 : family === 6 ? OWN_IPV6 : OWN_NAME).test(host);
}
