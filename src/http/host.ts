/** A name or an address, with a port: what a Host header may hold. */
const HOST = /^(?:[\w.-]+|\[[\da-fA-F:.]+\])(?::\d{1,5})?$/;

export const isHost = (text: string): boolean => HOST.test(text);
