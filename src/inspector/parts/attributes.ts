/** Reads attributes as someone types them: the object, or what is wrong. */
export function readAttributes(json: string): object | string {
  if (json.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
    return 'Attributes are an object: { … }.';
  } catch (error) {
    return `This is not JSON yet: ${error instanceof Error ? error.message : error}`;
  }
}
