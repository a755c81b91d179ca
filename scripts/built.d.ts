export const STAMP: string;
export function isBuilt(): boolean;
export function hasSources(): boolean;
