/** The form of a SID: two letters that say what it names, and 32 hexadecimal digits. `prefix` may be a pattern. */
export function sidForm(prefix: string): RegExp {
  return new RegExp(`^${prefix}[0-9a-fA-F]{32}$`);
}

/** The characters of every SID. */
export const SID_LENGTH = 34;

export const ACCOUNT_SID = sidForm('AC');
export const WORKSPACE_SID = sidForm('WS');
