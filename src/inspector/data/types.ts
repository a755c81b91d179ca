/** What the feed says. This page and the emulator share its types and nothing else: they meet over HTTP. */
export type * from '../../emulator/feed/types.js';
