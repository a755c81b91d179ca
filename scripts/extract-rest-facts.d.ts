export const OPENAPI_FILE: URL;
export const FACTS_FILE: URL;
export function extractFacts(openapi: unknown): Readonly<Record<string, unknown>>;
