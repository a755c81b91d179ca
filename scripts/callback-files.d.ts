/** The files of dist/ that one callback enters, the most entered first. */
export function callbackFiles(): Promise<Array<{ readonly file: string; readonly calls: number }>>;
