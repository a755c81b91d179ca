/** The engine's state as plain JSON data. Opaque, but for its version. */
export interface EngineSnapshot {
  readonly version: 1;
  readonly [key: string]: unknown;
}
