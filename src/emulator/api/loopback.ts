/** Is it an address of this machine alone, as a socket says it? */
export function isLoopbackAddress(address: string | undefined): boolean {
  return address !== undefined && /^(?:::ffff:)?127\.|^::1$/.test(address);
}

/** Is it a name of this machine alone, as a URL says it: `localhost`, `127.0.0.1`, `[::1]`? */
export function isLoopbackName(hostname: string): boolean {
  return (
    /^(?:.+\.)?localhost$/.test(hostname) || /^127(?:\.\d{1,3}){3}$/.test(hostname) || hostname === '[::1]'
  );
}
