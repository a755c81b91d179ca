export const OPENAPI_FILE: URL;
export const SPEC_FILE: URL;
export function extractSpec(openapi: unknown): Readonly<Record<string, unknown>>;
