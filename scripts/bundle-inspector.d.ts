export const MOST_BYTES: number;
export function bundleInspector(folder: string): Promise<void>;
export function compressedBytes(folder: string): number;
