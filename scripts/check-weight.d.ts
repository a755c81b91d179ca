export declare const MOST_MB: number;
export declare const HEAVY: readonly string[];
export declare function installed(): { readonly name: string; readonly mb: number }[];
export declare function loadedBy(module?: string): string[];
export declare function heavyIn(files: readonly string[]): string[];
